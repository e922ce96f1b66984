import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { findKubectl } from '../harness/kubectl.ts'
import { runProgram } from '../harness/run-program.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const PAGE = 'docs/custom-provisioner.md'
const PATIENCE_MS = 240_000
/** What a fresh clone does not have, or what is no part of it. */
const LEFT_OUT = new Set(['node_modules', '.git', 'dist', '.turbo'])
/** The modules of this repository serve the copy, too: what they are linked to is the same. */
const INSTALL = '#!/bin/sh\n[ "$*" = "-y pnpm@12.21.0 install" ] || { echo "npx $* is not played here"; exit 1; }\n'

/** The repository as a reader has it after the first command of the page. */
async function freshClone(folder: string): Promise<string> {
  const root = join(folder, 'kaito')
  const linked: string[] = []
  await cp(ROOT, root, {
    recursive: true,
    filter: (path) => {
      if (basename(path) === 'node_modules') linked.push(relative(ROOT, path))
      return !LEFT_OUT.has(basename(path))
    },
  })
  for (const path of linked) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await symlink(join(ROOT, path), join(root, path))
  }
  return root
}

const sectionsOf = (page: string) =>
  new Map(page.split(/^## /m).map((section) => [section.split('\n')[0] ?? '', section]))

const blocksOf = (section: string, language: string) =>
  [...section.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].flatMap(([, name, text = '']) =>
    name === language ? [text] : [],
  )

test.skipIf(!findKubectl())(
  'the commands of the guide end with a provisioner of its reader at work',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kaito-guide-'))
    try {
      const root = await freshClone(folder)
      const programs = join(folder, 'programs')
      await mkdir(programs)
      await writeFile(join(programs, 'npx'), INSTALL, { mode: 0o755 })
      const sections = sectionsOf(await readFile(`${root}/${PAGE}`, 'utf8'))
      const shell = (title: string) => blocksOf(sections.get(title) ?? '', 'sh')
      const [works = '', ends = ''] = shell('See it work')
      const installs = shell('Install it')
        .join('')
        .replaceAll(/^docker .*\n/gm, '')
      const [binding = ''] = blocksOf(sections.get('Install it') ?? '', 'yaml')
      const script = [
        `trap 'kill \${MINE_PID:-} \${CLUSTER_PID:-} 2> /dev/null || true' EXIT`,
        ...shell('Copy the example'),
        ...shell('Hold it to the contract'),
        works,
        installs,
        `kubectl apply --filename - <<'END'\n${binding}END`,
        'kubectl --namespace my-provisioner get deployments,roles',
        ends,
        'echo the end of the guide',
      ].join('\n')
      const env = {
        PATH: `${programs}:${process.env.PATH}`,
        HOME: folder,
        TMPDIR: folder,
        REGISTRY: 'registry.example.com/me',
      }
      const { code, out } = await runProgram('/bin/sh', ['-euc', `exec 2>&1\n${script}`], {
        cwd: root,
        env,
        timeout: PATIENCE_MS,
      })
      expect({ code, out }).toMatchObject({ code: 0 })
      expect(out).toMatch(/Test Files .*7 passed/)
      expect(out).toContain('nodeclaim.karpenter.sh/first condition met')
      expect(out).toMatch(/^first +h100-8 .* gpu-host-1 +True/m)
      expect(out).toContain('deployment.apps/my-provisioner')
      expect(out).toContain('nodeclaim.karpenter.sh "first" deleted')
      expect(await readFile(`${root}/dist/my-provisioner/main.mjs`, 'utf8')).toContain('my.example.com')
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
  PATIENCE_MS,
)
