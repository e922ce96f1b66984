import type { KubeObject } from '../cluster-access.ts'
import { objectAt } from '../schema/json.ts'

const UID_LABEL = 'batch.kubernetes.io/controller-uid'

/** Gives a new Job the selector and the template labels by which its pods are known as its own. */
export function withJobIdentity(job: KubeObject): KubeObject {
  const spec = objectAt(job, 'spec') ?? {}
  if (spec.manualSelector === true || spec.selector !== undefined) return job
  const { name, uid = '' } = job.metadata
  const template = objectAt(spec, 'template') ?? {}
  const own = {
    [UID_LABEL]: uid,
    'batch.kubernetes.io/job-name': name,
    'controller-uid': uid,
    'job-name': name,
  }
  const labels = { ...objectAt(template, 'metadata', 'labels'), ...own }
  const metadata = { ...objectAt(template, 'metadata'), labels }
  const selector = { matchLabels: { [UID_LABEL]: uid } }
  return { ...job, spec: { ...spec, selector, template: { ...template, metadata } } }
}
