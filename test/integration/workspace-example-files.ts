import { globSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Manifest, readManifests } from '../harness/manifests.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** KAITO's number of a rule, as docs/validation.md lists them. */
const NUMBER = /^[cuCU]\d\d(?=-)/

/**
 * Manifests in the order in which they are applied; one of an earlier name is an update. All are accepted but for the last
 * one of a bad example.
 */
interface WorkspaceExample {
  file: string
  manifests: Manifest[]
  /** Rules that it is an example for: KAITO's number, or the name of the bad example. */
  rules: string[]
  /** What the API server says of the last manifest: one text for each fault, or for each warning. */
  says: string[]
}

/** All of a folder of `crds/examples`. Comment lines say what they are for: `# rules: c01, c02`, `# expect: …`, `# warns: …`. */
export function readExamples(folder: 'good' | 'bad'): Promise<WorkspaceExample[]> {
  const files = globSync(`crds/examples/${folder}/*.yaml`, { cwd: ROOT }).sort()
  return Promise.all(files.map(readExample))
}

async function readExample(file: string): Promise<WorkspaceExample> {
  const text = await readFile(`${ROOT}/${file}`, 'utf8')
  const comments = (word: string) =>
    [...text.matchAll(new RegExp(`^# ${word}: (.+)$`, 'gm'))].map(([, rest = '']) => rest)
  const name = basename(file, '.yaml')
  const [number = name] = NUMBER.exec(name) ?? []
  const rules = [number, ...comments('rules').flatMap((list) => list.split(', '))]
  return { file, manifests: await readManifests(file), rules, says: comments('(?:expect|warns)') }
}
