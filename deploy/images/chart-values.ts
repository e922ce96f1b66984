import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { parseDocument } from 'yaml'

interface ImageValues {
  repository: string
  digest: string
}

/** The text of a chart's `values.yaml`, comments included, that installs this very image unless told otherwise. */
export function withImage(values: string, { repository, digest }: ImageValues): string {
  const document = parseDocument(values)
  for (const [key, value] of Object.entries({ repository, digest })) {
    if (!document.hasIn(['image', key])) throw new Error(`the chart has no value image.${key}`)
    document.setIn(['image', key], value)
  }
  return document.toString({ lineWidth: 0, flowCollectionPadding: false })
}

/** For a release: `chart-values.ts <chart folder> --repository <name> --digest sha256:…` */
if (import.meta.main) {
  const text = { type: 'string' } as const
  const { values, positionals } = parseArgs({ options: { repository: text, digest: text }, allowPositionals: true })
  const [folder] = positionals
  const { repository, digest } = values
  if (!folder || !repository || !digest) throw new Error('name a chart folder, --repository and --digest')
  const path = `${folder}/values.yaml`
  writeFileSync(path, withImage(readFileSync(path, 'utf8'), { repository, digest }))
}
