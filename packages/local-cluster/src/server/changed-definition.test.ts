import { expect, test } from 'vitest'
import { metadataOf, serveCluster } from '../testing/served-cluster.ts'
import { DEFINITIONS, WIDGET_DEFINITION, WIDGETS, widget } from '../testing/widgets.ts'

const cluster = serveCluster()

test('what is stored has the defaults that its definition gained since, without having been written', async () => {
  await cluster.create(DEFINITIONS, WIDGET_DEFINITION)
  const { resourceVersion } = metadataOf(await cluster.create(WIDGETS, widget('older', { spec: {} })))
  const [version] = WIDGET_DEFINITION.spec.versions
  const properties = { spec: { type: 'object', properties: { size: { type: 'integer', default: 3 } } } }
  const versions = [{ ...version, schema: { openAPIV3Schema: { type: 'object', properties } } }]
  await cluster.mergePatch(`${DEFINITIONS}/widgets.example.com`, { spec: { versions } })
  const shown = { metadata: { name: 'older', resourceVersion }, spec: { size: 3 } }
  expect((await cluster.send('GET', `${WIDGETS}/older`)).body).toMatchObject(shown)
  expect((await cluster.send('GET', WIDGETS)).body).toMatchObject({ items: [shown] })
  const same = await cluster.mergePatch(`${WIDGETS}/older`, { spec: { size: 3 } })
  expect(metadataOf(same)).toMatchObject({ resourceVersion })
})
