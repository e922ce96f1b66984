import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** What the integration suite proves on an embedded cluster holds on a real one; the rest exists only there. */
const ON_ANY_CLUSTER = [
  'adapters',
  'adoption',
  'api-outage',
  'azure-answers',
  'azure-troubles',
  'bad-input',
  'claim-kinds',
  'claim-writers',
  'cluster-stop',
  'conformance',
  'custom-provisioner',
  'examples',
  'faults',
  'inference-workloads',
  'inventory-nodes',
  'kill',
  'kubectl',
  'life',
  'metrics',
  'node-backends',
  'outage',
  'placement',
  'refusals',
  'seeds',
  'several-nodes',
  'takeover',
  'termination',
  'tuning',
  'workload-faults',
  'workload-life',
  'workspace',
  'workspace-examples',
  'workspace-properties',
  'workspace-updates',
].map((name) => `test/integration/${name}.test.ts`)

const COMPARED = process.env.COMPARED ? ['test/differential/*.test.ts'] : []

/** Where it could not be had, the run has said so. */
const WITHOUT_KARPENTER = process.env.KARPENTER_FOLDER === undefined ? ['test/*/*karpenter*.test.ts'] : []

export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    testTimeout: 90_000,
    hookTimeout: 90_000,
    maxWorkers: Number(process.env.E2E_WORKERS ?? 1),
    // Tests of one file share a control plane: one at a time.
    maxConcurrency: 1,
    projects: [
      {
        extends: true,
        test: {
          name: 'e2e',
          include: [...ON_ANY_CLUSTER, 'test/e2e/*.test.ts', ...COMPARED],
          exclude: ['test/e2e/granted-rights.test.ts', ...WITHOUT_KARPENTER],
        },
      },
      { extends: true, test: { name: 'trace', include: ['test/e2e/granted-rights.test.ts'] } },
    ],
  },
})
