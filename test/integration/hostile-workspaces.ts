import { type GeneratedWorkspace, HOSTILE_TEXTS, placesIn } from './generated-workspaces.ts'

const HEADER = {
  apiVersion: 'kaito.sh/v1alpha1',
  kind: 'Workspace',
  metadata: { name: 'hostile', namespace: 'default' },
}
const IMAGE = 'registry.example.com/a:1'
/** Between them, every string that a Workspace may hold and that is not refused by its presence alone. */
const FULL = [
  {
    ...HEADER,
    resource: {
      instanceType: 'Standard_NC24ads_A100_v4',
      instanceTypes: ['Standard_NC40ads_H100_v5'],
      capacityType: 'on-demand',
      nodeClassRef: { group: 'kaito.sh', kind: 'AgentPoolClass', name: 'own' },
      existingNodes: 'Never',
      labelSelector: { matchLabels: { apps: 'phi-3' } },
      preferredNodes: ['node-1'],
    },
    inference: {
      preset: {
        name: 'phi-3-mini-4k-instruct',
        accessMode: 'private',
        presetOptions: { image: IMAGE, imagePullSecrets: ['pull'] },
      },
      adapters: [{ source: { name: 'own', image: IMAGE, imagePullSecrets: ['pull'] }, strength: '0.5' }],
    },
  },
  ...[{ name: 'data', image: IMAGE, imagePullSecrets: ['pull'] }, { urls: ['https://example.com/a'] }].map((input) => ({
    ...HEADER,
    resource: { instanceType: 'Standard_NC24ads_A100_v4', labelSelector: { matchLabels: { apps: 'phi-3' } } },
    tuning: {
      preset: { name: 'phi-3-mini-4k-instruct' },
      method: 'qlora',
      config: 'parameters',
      input,
      output: { image: IMAGE, imagePushSecret: 'push' },
    },
  })),
]

/** Each hostile text in the place of each string. */
export function hostileWorkspaces(): (GeneratedWorkspace & { mutation: { path: string; kind: string } })[] {
  return FULL.flatMap((full) =>
    placesIn(full, '')
      .filter(({ path, holder, key }) => /^(resource|inference|tuning)/.test(path) && isText(Reflect.get(holder, key)))
      .flatMap(({ path }) => HOSTILE_TEXTS.map((text) => ({ manifest: withText(full, path, text), path, text })))
      .map(({ manifest, path, text }) => ({ manifest, mutation: { path, kind: text } })),
  )
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function withText(full: Record<string, unknown>, at: string, text: string): Record<string, unknown> {
  const manifest = structuredClone(full)
  const place = placesIn(manifest, '').find(({ path }) => path === at)
  if (place) Reflect.set(place.holder, place.key, text)
  return manifest
}
