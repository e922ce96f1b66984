import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'packages/*/src/**/*.test.ts',
            'deploy/examples/*/src/**/*.test.ts',
            'test/{bench,conformance,harness}/**/*.test.ts',
          ],
          // Some start processes of their own, which takes its time on a busy machine.
          testTimeout: 30_000,
        },
      },
      { test: { name: 'architecture', include: ['test/architecture/**/*.test.ts'] } },
      // One after the other: each of these keeps every processor busy, and integration tests must not wait for one.
      {
        test: {
          name: 'simulation',
          include: ['test/simulation/**/*.test.ts'],
          testTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          // These tests mostly wait for processes of their own, of which each starts several.
          maxWorkers: 2,
          maxConcurrency: 4,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
