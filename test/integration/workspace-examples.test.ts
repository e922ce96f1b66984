import { workspaceFaults } from '@kaito/api'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { createManifest, type Manifest } from '../harness/manifests.ts'
import { startTestBed, type TestBed } from '../harness/test-bed.ts'
import { workspaceManifest } from './scenario.ts'
import { readExamples } from './workspace-example-files.ts'
import { definitionMessages, policyPhrases, ruleMessage, withoutValue } from './workspace-rules.ts'

const NAMESPACE = 'workspace-examples'
const [good, bad] = await Promise.all([readExamples('good'), readExamples('bad')])
const [warned, plain] = [good.filter(({ says }) => says.length > 0), good.filter(({ says }) => says.length === 0)]

const refusalSchema = z.object({
  message: z.string(),
  details: z
    .object({ causes: z.array(z.object({ field: z.string().optional(), message: z.string() })).default([]) })
    .default({ causes: [] }),
})
const versionSchema = z.object({ minor: z.string() })
const storedSchema = z.object({ metadata: z.object({ resourceVersion: z.string() }) })

/** From this release on the value of a refused field is shown as the examples have it. */
const SHOWS_VALUES_FROM = 36
const BEFORE_THE_MESSAGE =
  /^(?:Workspace\.kaito\.sh "[^"]*" is invalid|workspaces\.kaito\.sh "[^"]*" is forbidden: ValidatingAdmissionPolicy '[^']*' with binding '[^']*' denied request|Workspace in version "\w+" cannot be handled as a Workspace): /
const BEFORE_THE_WARNING = /^Validation failed for ValidatingAdmissionPolicy '[^']*' with binding '[^']*': /
const RULES_LEFT_OUT = 'some validation rules were not checked because the object was invalid'

let bed: TestBed
/** What can be compared of a text. */
let comparable = (said: string) => said

beforeAll(async () => {
  bed = await startTestBed({ cluster: { kubelet: false } })
  await createManifest(bed.kube, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } })
  const { minor } = versionSchema.parse(JSON.parse((await bed.kube.ask('/version')).text))
  if (Number.parseInt(minor, 10) < SHOWS_VALUES_FROM) comparable = withoutValue
})
afterEach(async () => {
  expect((await bed.kube.ask(collection('kaito.sh/v1alpha1'), { method: 'DELETE' })).status).toBe(200)
})
afterAll(async () => {
  await bed.kube.ask(`/api/v1/namespaces/${NAMESPACE}`, { method: 'DELETE' })
  await bed.stop()
})

const collection = (apiVersion: string) => `/apis/${apiVersion}/namespaces/${NAMESPACE}/workspaces`

/** Creates the Workspace, or puts it in the place of the one that is there. */
async function apply(manifest: Manifest) {
  const { apiVersion, metadata } = manifest
  const path = `${collection(apiVersion)}/${metadata.name}`
  const stored = await bed.kube.ask(path)
  if (stored.status === 404) {
    return bed.kube.ask(`${collection(apiVersion)}?fieldValidation=Strict`, { method: 'POST', body: manifest })
  }
  const { resourceVersion } = storedSchema.parse(JSON.parse(stored.text)).metadata
  const body = { ...manifest, metadata: { ...metadata, resourceVersion } }
  return bed.kube.ask(`${path}?fieldValidation=Strict`, { method: 'PUT', body })
}

type Answer = Awaited<ReturnType<typeof apply>>

/** One text for each fault; a server may name one twice, and a policy names only the first. */
function refusal({ text }: Answer): string[] {
  const { message, details } = refusalSchema.parse(JSON.parse(text))
  expect(message).toMatch(BEFORE_THE_MESSAGE)
  // That of a policy names no field.
  const causes = details.causes.flatMap((cause) => (cause.field ? [`${cause.field}: ${cause.message}`] : []))
  expect(causes.filter((cause) => !message.includes(cause))).toEqual([])
  const faults = causes.length > 0 ? causes : [message.replace(BEFORE_THE_MESSAGE, '')]
  return [...new Set(faults.filter((fault) => !fault.includes(RULES_LEFT_OUT)))]
}

function warnings({ headers }: Answer): string[] {
  return [
    ...[headers.warning ?? '']
      .flat()
      .join()
      .matchAll(/299 - ("(?:\\.|[^"\\])*")/g),
  ].map(([, quoted = '""']) => {
    const warning: string = JSON.parse(quoted)
    return warning.replace(BEFORE_THE_WARNING, '')
  })
}

test.each(plain)('the API server takes $file without a word', async ({ manifests }) => {
  for (const manifest of manifests) {
    const answer = await apply(manifest)
    expect([200, 201], answer.text).toContain(answer.status)
    expect(warnings(answer)).toEqual([])
  }
})

test.each(warned)('the API server takes $file and warns as it says', async ({ manifests, says }) => {
  const answers = await Promise.all(manifests.map(apply))
  expect(answers.map(({ status }) => status)).toEqual([201])
  expect(answers.flatMap(warnings)).toEqual(says)
})

test.each(bad)('the API server refuses $file as it says', async ({ manifests, says }) => {
  const [last, ...earlier] = manifests.toReversed()
  for (const manifest of earlier.toReversed()) expect(await apply(manifest)).toMatchObject({ status: 201 })
  if (!last) throw new Error('no manifest')
  const answer = await apply(last)
  expect(answer.status, answer.text).toBe(says.join().startsWith('strict decoding error: ') ? 400 : 422)
  expect(refusal(answer).map(comparable).toSorted()).toEqual(says.map(comparable).toSorted())
})

test('each rule of the definition has an example that it refuses', async () => {
  const said = new Set(bad.flatMap(({ says }) => says.map(ruleMessage)))
  const rules = await definitionMessages()
  expect(rules.length).toBeGreaterThan(50)
  expect(rules.filter((rule) => !said.has(rule))).toEqual([])
})

/** No preset of the catalogue is too large for every size of a cloud. */
const NEVER_SAID = ['no classes; leave nodeClassRef out', 'no known size fits']

test('all that the admission policies can say is said of an example', async () => {
  const said = [...bad, ...warned].flatMap(({ says }) => says)
  const phrases = await policyPhrases()
  expect(phrases.length).toBeGreaterThan(20)
  expect(phrases.filter((phrase) => !said.some((text) => text.includes(phrase)))).toEqual(NEVER_SAID)
})

test('whoever reads of a refusal finds an example of how it is done', () => {
  const shown = new Set(good.flatMap(({ rules }) => rules))
  expect(bad.flatMap(({ rules }) => rules).filter((rule) => !shown.has(rule))).toEqual([])
  expect(bad.filter(({ says }) => says.length === 0)).toEqual([])
})

test('row 86: ten thousand labels are refused for their number', async () => {
  const matchLabels = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`label-${index}`, 'a']))
  const resource = { instanceType: 'Standard_NC24ads_A100_v4', labelSelector: { matchLabels } }
  const answer = await apply({ ...workspaceManifest(), resource })
  expect(answer.status).toBe(422)
  expect(refusal(answer)).toEqual(['resource.labelSelector.matchLabels: Too many: 10000: must have at most 32 items'])
})

test('row 86: a pod template of a megabyte, hundreds of levels deep, is taken and not looked into', async () => {
  let deep: object = {}
  for (let level = 0; level < 500; level += 1) deep = { deep }
  const wide = Array.from({ length: 200 }, (_, index) => ({ name: `V${index}`, value: 'a'.repeat(5_000) }))
  const manifest = { ...workspaceManifest(), inference: { template: { deep, wide } } }
  expect((await apply(manifest)).status).toBe(201)
  expect(workspaceFaults(manifest)).toEqual([])
})

const HOSTILE_NAMES = ['-phi-3', 'a'.repeat(300), 'phi\u0000', 'phi-\u202e3', 'ｐhi-3', 'phi 3', '../phi-3', '']

test.each(HOSTILE_NAMES)('row 87: the name %j is refused', async (name) => {
  const { status, text } = await bed.kube.ask(`${collection('kaito.sh/v1alpha1')}?fieldValidation=Strict`, {
    method: 'POST',
    body: { ...workspaceManifest(), metadata: { name } },
  })
  expect(status).toBe(422)
  expect(refusalSchema.parse(JSON.parse(text)).message).toMatch(/metadata\.name/)
})
