import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { IMAGES } from '../../deploy/images/bundle.ts'
import { imageRepository } from '../../deploy/images/image-commands.ts'
import { ROOT } from './module-graph.ts'

const permissionsSchema = z.record(z.string(), z.enum(['read', 'write', 'none']))
const workflowSchema = z.looseObject({
  on: z.record(z.string(), z.unknown()),
  permissions: permissionsSchema,
  jobs: z.record(
    z.string(),
    z.looseObject({
      permissions: permissionsSchema,
      'timeout-minutes': z.number(),
      steps: z.array(
        z.looseObject({
          uses: z.string().optional(),
          run: z.string().optional(),
          with: z.record(z.string(), z.unknown()).optional(),
        }),
      ),
    }),
  ),
})

const workflows = globSync('.github/workflows/*', { cwd: ROOT }).map((path) => {
  const text = readFileSync(join(ROOT, path), 'utf8')
  const workflow = workflowSchema.parse(parse(text))
  const jobs = Object.entries(workflow.jobs).map(([name, job]) => ({ name, ...job }))
  return { path, text, workflow, jobs, steps: jobs.flatMap((job) => job.steps) }
})

/** Events that run code or text of a stranger with the rights of the repository. */
const DANGEROUS = ['pull_request_target', 'workflow_run', 'issue_comment', 'issues', 'discussion_comment']
/** What each job may write; everything else may read at most. */
const MAY_WRITE: Record<string, string[]> = {
  'release.yaml images': ['packages', 'id-token', 'attestations'],
  'release.yaml charts': ['packages', 'id-token', 'attestations'],
  'release.yaml release': ['contents'],
}

test('there are workflows to check', () => {
  expect(workflows.map(({ path }) => path).sort()).toEqual([
    '.github/workflows/ci.yaml',
    '.github/workflows/release.yaml',
  ])
})

test.each(workflows)('$path pins each action by its commit, and says which version that is', ({ text }) => {
  const uses = text.split('\n').filter((line) => /\buses:/.test(line))
  expect(uses.length).toBeGreaterThan(0)
  expect(uses.filter((line) => !/ uses: [\w.-]+(\/[\w.-]+)+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([])
})

test.each(workflows)('$path has no right that a job does not name', ({ path, workflow, jobs }) => {
  expect(workflow.permissions).toEqual({})
  for (const { name, permissions } of jobs) {
    const written = Object.entries(permissions).flatMap(([right, level]) => (level === 'write' ? [right] : []))
    expect(written).toEqual(MAY_WRITE[`${path.split('/').at(-1)} ${name}`] ?? [])
  }
})

test.each(workflows)('$path is started by nothing that a stranger writes', ({ workflow }) => {
  expect(Object.keys(workflow.on).filter((event) => DANGEROUS.includes(event))).toEqual([])
})

test.each(workflows)(
  '$path splices no expression into a script, and leaves no token in the clone',
  ({ text, steps }) => {
    expect(steps.filter(({ run }) => run?.includes('${{'))).toEqual([])
    const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'))
    expect(checkouts.filter((step) => step.with?.['persist-credentials'] !== false)).toEqual([])
    expect(text).not.toMatch(/\bsecrets\./)
  },
)

test('what a pull request runs can write nothing', () => {
  const forPullRequests = workflows.filter(({ workflow }) => 'pull_request' in workflow.on)
  expect(forPullRequests.length).toBeGreaterThan(0)
  expect(forPullRequests.flatMap(({ jobs }) => jobs.map(({ permissions }) => permissions))).toEqual(
    forPullRequests.flatMap(({ jobs }) => jobs.map(() => ({ contents: 'read' }))),
  )
})

test('every file of the repository that a workflow runs exists', () => {
  const scripts = workflows.flatMap(({ steps }) => steps.map(({ run }) => run ?? ''))
  const named = scripts.flatMap((run) => run.match(/(?<![\w/-])(?:deploy\/|charts\/|\.ci\/)[\w./-]*\w/g) ?? [])
  expect(named).toContain('.ci/run')
  expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([])
})

test('a release vouches for every image, names its digest, and lists the packages in it', () => {
  const release = workflows.find(({ path }) => path.endsWith('/release.yaml'))
  const subjects = release?.steps.map((step) => step.with?.['subject-name']) ?? []
  const text = release?.text ?? ''
  const listed = /for name in ([\w -]+); do\n +npx .* sbom /.exec(text.replaceAll('\\\n', ''))?.[1]?.split(' ')
  expect(listed).toEqual([...IMAGES])
  for (const name of IMAGES) {
    expect(subjects).toContainEqual(expect.stringMatching(new RegExp(` }}${imageRepository({ registry: '' }, name)}$`)))
    expect(text).toContain(`\n          ${imageRepository({ registry: '$REGISTRY' }, name)}@$`)
  }
})
