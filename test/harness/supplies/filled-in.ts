import type { Manifest } from '../manifests.ts'

/** Who reads an example puts a registry of their own in the place of this one. */
const EXAMPLE_REGISTRY = 'registry.example.com/'

/** What a reader puts into the examples. */
interface FillIns {
  /** Host and port, without a slash. */
  registry: string
  /** Name of a Secret. */
  pushSecret: string
}

/** The example as its reader applies it: no placeholder is left, and all images of its own are in that registry. */
export function filledIn(manifest: Manifest, { registry, pushSecret }: FillIns): Manifest {
  const words = {
    'ACR_REPO_HERE.azurecr.io/': `${registry}/`,
    IMAGE_NAME_HERE: `adapters/${manifest.metadata.name}`,
    ADAPTER_HERE: 'adapters/phi-3-adapter',
    ACR_REGISTRY_SECRET_HERE: pushSecret,
    [EXAMPLE_REGISTRY]: `${registry}/`,
  }
  const text = Object.entries(words).reduce(
    (all, [word, value]) => all.replaceAll(word, value),
    JSON.stringify(manifest),
  )
  return JSON.parse(text)
}
