import { execFile } from 'node:child_process'
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'

const run = promisify(execFile)
const MOST_OUTPUT = 64 * 1024 * 1024

interface GoBuild {
  module: string
  /** With its leading `v`. */
  version: string
  /** Main packages, by the name of the program that each makes. */
  packages: Record<string, string>
  /** Paths of files in the module that are wanted beside the programs. */
  files?: string[]
  /** Where the programs and files are written. */
  folder: string
}

/** What `k8s.io/kubernetes` 1.36 and Helm 4 ask for. */
const OLDEST_GO = [1, 26]

/** Whether there is a Go toolchain that is new enough to build what is needed. */
export async function hasGo(): Promise<boolean> {
  try {
    const { stdout } = await run('go', ['env', 'GOVERSION'])
    return isNewEnough(stdout)
  } catch (error) {
    if (error instanceof Error) return false
    throw error
  }
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = (/^go(\d+)\.(\d+)/.exec(version)?.slice(1) ?? []).map(Number)
  const [wantedMajor = 0, wantedMinor = 0] = OLDEST_GO
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)
}

/** Builds programs of one module, exactly at its version and with the dependencies that its own `go.mod` chooses. */
export async function buildFromModules({ module, version, packages, files = [], folder }: GoBuild): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'kaito-go-'))
  try {
    const go = (args: string[]) =>
      run('go', args, {
        cwd: work,
        env: { ...process.env, GOWORK: 'off', GOFLAGS: '-mod=mod', CGO_ENABLED: '0' },
        maxBuffer: MOST_OUTPUT,
      })
    await writeFile(join(work, 'go.mod'), 'module tools\n')
    const { stdout } = await go(['mod', 'download', '-json', `${module}@${version}`])
    const { GoMod, Dir } = z.object({ GoMod: z.string(), Dir: z.string() }).parse(JSON.parse(stdout))
    await writeFile(join(work, 'go.mod'), goMod(module, version, await readFile(GoMod, 'utf8')))
    for (const [program, mainPackage] of Object.entries(packages)) {
      const ldflags = `-s -w ${versionFlags(version)}`
      await go(['build', '-trimpath', '-ldflags', ldflags, '-o', join(folder, program), mainPackage])
    }
    for (const file of files) await copyFile(join(Dir, file), join(folder, basename(file)))
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/**
 * A module that requires the one to build. `k8s.io/kubernetes` asks for its staging modules at v0.0.0, which do not
 * exist: each is replaced by the release that belongs to it, 1.x.y → v0.x.y.
 */
function goMod(module: string, version: string, original: string): string {
  const staging = version.replace(/^v1\./, 'v0.')
  const lines = original.split('\n')
  const replaced = lines.flatMap((line) => /^\s*(\S+) v0\.0\.0$/.exec(line)?.[1] ?? [])
  return [
    'module tools',
    lines.find((line) => line.startsWith('go ')) ?? '',
    `require ${module} ${version}`,
    ...replaced.map((name) => `replace ${name} => ${name} ${staging}`),
    '',
  ].join('\n')
}

/** What each program says of its own version: kubectl and Helm's `kubeVersion` rely on it. */
function versionFlags(version: string): string {
  const [major, minor] = version.slice(1).split('.')
  const kubernetes = 'k8s.io/component-base/version'
  return Object.entries({
    [`${kubernetes}.gitVersion`]: version,
    [`${kubernetes}.gitMajor`]: major,
    [`${kubernetes}.gitMinor`]: minor,
    [`helm.sh/helm/v${major}/internal/version.version`]: version,
  })
    .map(([name, value]) => `-X ${name}=${value}`)
    .join(' ')
}
