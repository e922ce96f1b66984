import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { BACKEND_PROFILES, backendSettings, NODE_PROVISIONERS } from '@kaito/node-provisioner'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { ROOT } from './module-graph.ts'

const choice = z.object({ enum: z.array(z.string()) })
const schema = z.object({
  properties: z.object({
    nodes: z.object({
      properties: z.object({
        provisioner: choice,
        profile: choice,
        settings: z.object({ properties: z.record(z.string(), z.unknown()) }),
      }),
    }),
  }),
})

test('the chart takes the ways to get nodes, the profiles and the settings that the controller knows', () => {
  const text = readFileSync(join(ROOT, 'charts/kaito/workspace/values.schema.json'), 'utf8')
  const { provisioner, profile, settings } = schema.parse(JSON.parse(text)).properties.nodes.properties
  expect(provisioner.enum).toEqual(Object.keys(NODE_PROVISIONERS))
  expect(profile.enum).toEqual(BACKEND_PROFILES)
  const known = new Set(BACKEND_PROFILES.flatMap((name) => Object.keys(backendSettings(name))))
  expect(Object.keys(settings.properties).toSorted()).toEqual([...known].toSorted())
})
