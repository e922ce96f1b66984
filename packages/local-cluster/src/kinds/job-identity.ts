import type { KubeObject } from '../cluster-access.ts'
import { objectAt } from '../json.ts'

const UID_LABEL = 'batch.kubernetes.io/controller-uid'

/** Gives a new Job the selector and the template labels by which its pods are known as its own. */
export function withJobIdentity(job: KubeObject): KubeObject {
  const spec = objectAt(job, 'spec') ?? {}
  if (spec.manualSelector === true) return job
  const { name, uid = '' } = job.metadata
  const template = objectAt(spec, 'template') ?? {}
  // Labels and a selector of the client are left to validation.
  const own = {
    [UID_LABEL]: uid,
    'batch.kubernetes.io/job-name': name,
    'controller-uid': uid,
    'job-name': name,
  }
  const labels: Record<string, string> = { ...own, ...stringMap(objectAt(template, 'metadata', 'labels')) }
  const metadata = { ...objectAt(template, 'metadata'), labels }
  const wanted = objectAt(spec, 'selector') ?? {}
  const selector = { ...wanted, matchLabels: { [UID_LABEL]: uid, ...objectAt(wanted, 'matchLabels') } }
  const ownMetadata = { ...job.metadata, labels: job.metadata.labels ?? labels }
  return { ...job, metadata: ownMetadata, spec: { ...spec, selector, template: { ...template, metadata } } }
}

function stringMap(labels: Record<string, unknown> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(labels ?? {}).map(([key, value]) => [key, String(value)]))
}
