import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { parseDocument } from 'yaml'

interface ImageValues {
  repository: string
  digest: string
  /** Reference of the tuning tools, for the chart that starts them. */
  tools?: string | undefined
}

/** The text of a chart's `values.yaml`, comments included, that installs these very images unless told otherwise. */
export function withImage(values: string, { repository, digest, tools }: ImageValues): string {
  const document = parseDocument(values)
  const set = { 'image.repository': repository, 'image.digest': digest, ...(tools && { 'tuning.toolsImage': tools }) }
  for (const [key, value] of Object.entries(set)) {
    const path = key.split('.')
    if (!document.hasIn(path)) throw new Error(`the chart has no value ${key}`)
    document.setIn(path, value)
  }
  return document.toString({ lineWidth: 0, flowCollectionPadding: false })
}

/** For a release: `chart-values.ts <chart folder> --repository <name> --digest sha256:… [--tools <name>@sha256:…]` */
if (import.meta.main) {
  const text = { type: 'string' } as const
  const options = { repository: text, digest: text, tools: text }
  const { values, positionals } = parseArgs({ options, allowPositionals: true })
  const [folder] = positionals
  const { repository, digest, tools } = values
  if (!folder || !repository || !digest) throw new Error('name a chart folder, --repository and --digest')
  const path = `${folder}/values.yaml`
  writeFileSync(path, withImage(readFileSync(path, 'utf8'), { repository, digest, tools }))
}
