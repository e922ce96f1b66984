import type { KubeObject } from '../cluster-access.ts'
import type { Schema } from '../schema/schema.ts'

interface DefinitionOptions {
  kind?: string
  plural?: string
  shortNames?: string[]
  versions?: object[]
  spec?: object
}

/** One version of a CustomResourceDefinition of the tests. */
export function aVersion(name: string, options: { schema?: Schema; storage?: boolean; [field: string]: unknown } = {}) {
  const {
    schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    storage = true,
    ...others
  } = options
  return { name, served: true, storage, schema: { openAPIV3Schema: schema }, ...others }
}

/** A CustomResourceDefinition of the group `example.com`. */
export function aDefinition(options: DefinitionOptions = {}): KubeObject {
  const { kind = 'Box', plural = 'boxes', shortNames = [], versions = [aVersion('v1')], spec } = options
  const names = { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List`, shortNames }
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.example.com` },
    spec: { group: 'example.com', scope: 'Namespaced', names, versions, ...spec },
  }
}
