import { readFile, writeFile } from 'node:fs/promises'
import { stringify } from 'yaml'
import { customResourceDefinitions } from '../src/crd/definitions.ts'

const HEADER = '# Generated from packages/api/src by "pnpm update:crds"; change it there.\n'
const folder = new URL('../../../crds/', import.meta.url)
const mode = process.argv[2]
if (mode !== 'update' && mode !== 'verify') throw new Error('say "update" or "verify"')

for (const [name, definition] of Object.entries(customResourceDefinitions())) {
  const file = new URL(name, folder)
  const wanted = HEADER + stringify(definition, { aliasDuplicateObjects: false, lineWidth: 120 })
  if (mode === 'update') await writeFile(file, wanted)
  else if ((await readFile(file, 'utf8').catch(() => '')) !== wanted) {
    console.error(`crds/${name} is not what packages/api generates; run "pnpm update:crds"`)
    process.exitCode = 1
  }
}
