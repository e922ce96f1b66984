import { readFile, writeFile } from 'node:fs/promises'
import { customResourceDefinitions } from '@kaito/api'
import { BACKEND_PROFILES, backendSettings } from '@kaito/node-provisioner'
import { catalogueConfigMap, cataloguePage } from '@kaito/presets'
import { Scalar, stringify } from 'yaml'

/**
 * The folder of the chart that installs each definition: Helm upgrades what templates read from `files/`, and leaves
 * alone what `crds/` holds once the cluster has it.
 */
const CHART_FOLDERS: Record<string, string> = {
  'kaito.sh_workspaces.yaml': 'charts/kaito/workspace/files',
  'kaito.sh_agentpoolclasses.yaml': 'charts/gpu-provisioner/files',
  'karpenter.sh_machines.yaml': 'charts/gpu-provisioner/crds',
  'karpenter.sh_nodeclaims.yaml': 'charts/gpu-provisioner/crds',
}

function chartFolder(definition: string): string {
  const folder = CHART_FOLDERS[definition]
  if (folder === undefined) throw new Error(`no chart installs ${definition}`)
  return folder
}

/**
 * Files that are generated from code, by what the scripts `update:<name>` and `verify:<name>` call them: manifests as
 * objects, pages as Markdown.
 */
export const GENERATED: Record<string, { from: string; files: () => Record<string, object | string> }> = {
  crds: {
    from: 'packages/api/src',
    files: () =>
      Object.fromEntries(
        Object.entries(customResourceDefinitions()).flatMap(([name, definition]) =>
          ['crds', chartFolder(name)].map((folder) => [`${folder}/${name}`, definition]),
        ),
      ),
  },
  catalogue: {
    from: 'packages/presets/src',
    files: () => ({
      'charts/kaito/workspace/files/catalogue.yaml': {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'kaito-catalogue', namespace: 'kaito-workspace' },
        data: Object.fromEntries(Object.entries(catalogueConfigMap()).map(([key, text]) => [key, lines(text)])),
      },
      'docs/presets.md': cataloguePage(),
    }),
  },
  profiles: {
    from: 'packages/node-provisioner/src/backend',
    files: () => ({
      'charts/kaito/workspace/files/backend-profiles.yaml': Object.fromEntries(
        BACKEND_PROFILES.map((profile) => [profile, backendSettings(profile)]),
      ),
    }),
  },
}

/** Each line of the text on a line of its own, however long. */
function lines(text: string): Scalar<string> {
  const scalar = new Scalar(text)
  scalar.type = Scalar.BLOCK_LITERAL
  return scalar
}

/** Text of every file of that name, by its path from the root. */
function wantedFiles(name: string): [path: string, text: string][] {
  const generated = GENERATED[name]
  if (!generated) throw new Error(`name one of: ${Object.keys(GENERATED).join(', ')}`)
  const origin = `Generated from ${generated.from} by "pnpm update:${name}"; change it there.`
  return Object.entries(generated.files()).map(([path, content]) => [
    path,
    typeof content === 'string'
      ? `<!-- ${origin} -->\n\n${content}`
      : `# ${origin}\n${stringify(content, { aliasDuplicateObjects: false, lineWidth: 120 })}`,
  ])
}

const fileUrl = (path: string) => new URL(`../${path}`, import.meta.url)

/** Paths whose stored text is not what the code generates. */
export async function outdated(name: string): Promise<string[]> {
  const stored = await Promise.all(
    wantedFiles(name).map(async ([path, text]) => ((await readFile(fileUrl(path), 'utf8')) === text ? [] : [path])),
  )
  return stored.flat()
}

if (import.meta.main) {
  const [mode, name = ''] = process.argv.slice(2)
  if (mode === 'update') for (const [path, text] of wantedFiles(name)) await writeFile(fileUrl(path), text)
  const wrong = await outdated(name)
  if (wrong.length > 0) console.error(`not as generated, run "pnpm update:${name}": ${wrong.join(', ')}`)
  process.exitCode = wrong.length > 0 ? 1 : 0
}
