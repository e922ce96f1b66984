import type { KubeObject } from '../cluster-access.ts'
import { controllerReference } from '../objects/owner.ts'
import type { Pod, PodTemplate } from '../objects/pod.ts'
import { SAFE_ALPHABET } from './template-hash.ts'

interface PodExtras {
  name: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
  spec?: Partial<Pod['spec']>
}

export function podFromTemplate(owner: KubeObject, template: PodTemplate, extras: PodExtras): Pod {
  const { namespace } = owner.metadata
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...(template.metadata?.finalizers ? { finalizers: template.metadata.finalizers } : {}),
      name: extras.name,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { ...template.metadata?.labels, ...extras.labels },
      annotations: { ...template.metadata?.annotations, ...extras.annotations },
      ownerReferences: [controllerReference(owner)],
    },
    spec: { ...template.spec, ...extras.spec },
  }
}

const LONGEST_BASE = 57

/** `base` with a random ending, as the API server makes from `generateName`. */
export function generatedName(base: string, random: () => number): string {
  const ending = Array.from({ length: 5 }, () => SAFE_ALPHABET[Math.floor(random() * SAFE_ALPHABET.length)])
  return `${base.slice(0, LONGEST_BASE)}-${ending.join('')}`
}
