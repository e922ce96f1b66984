import { timestamp } from '../../cluster-clock.ts'
import type { Container } from '../../objects/pod.ts'
import type { Job } from '../../objects/workloads.ts'
import { type Controller, itself, on, ownerKeys } from '../../reconciling/controller.ts'
import type { ControllerContext } from '../controller-context.ts'
import { generatedName, podFromTemplate } from '../pod-from-template.ts'
import { writeStatus } from '../write-status.ts'
import { indexAnnotation, type JobAction, type JobPlan, planJob } from './plan.ts'
import { reportJob } from './report.ts'

export function createJobController({ stores, clock, record, random }: ControllerContext): Controller {
  const { jobs, pods } = stores

  function observe(job: Job) {
    return { job, pods: pods.byIndex('owner', job.metadata.uid ?? ''), nowMs: clock.now() }
  }

  async function createPod(job: Job, index: number | undefined): Promise<void> {
    const { name } = job.metadata
    const podName = generatedName(index === undefined ? name : `${name}-${index}`, random)
    const ofIndex = index === undefined ? {} : { annotations: indexAnnotation(index), spec: indexed(job, index) }
    await pods.create(podFromTemplate(job, job.spec.template, { name: podName, ...ofIndex }))
    record(job, { type: 'Normal', reason: 'SuccessfulCreate', message: `Created pod: ${podName}` })
  }

  async function perform(action: JobAction, job: Job): Promise<void> {
    switch (action.do) {
      case 'create':
        return createPod(job, action.index)
      case 'deletePod':
        return pods.delete(action.pod)
      case 'deleteJob':
        return jobs.delete(job, { propagationPolicy: 'Background' })
    }
  }

  function tell(job: Job, { verdict }: JobPlan): void {
    if (verdict?.type === 'Complete') record(job, { type: 'Normal', reason: 'Completed', message: 'Job completed' })
    else if (verdict) record(job, { type: 'Warning', reason: verdict.reason, message: verdict.message })
  }

  async function reconcile(key: string): Promise<number | undefined> {
    const job = jobs.get(key)
    if (job === undefined) return undefined
    const plan = planJob(observe(job))
    for (const action of plan.actions) await perform(action, job)
    const latest = jobs.get(key)
    if (latest) await writeStatus(jobs, latest, reportJob(observe(latest), plan, timestamp(clock.now())))
    tell(job, plan)
    return plan.revisitMs
  }

  return { name: 'job', reconcile, triggers: [on(jobs, itself), on(pods, ownerKeys('Job'))] }
}

function indexed({ metadata, spec }: Job, index: number) {
  const { containers, initContainers = [] } = spec.template.spec
  const variable = { name: 'JOB_COMPLETION_INDEX', value: String(index) }
  const withIndex = (container: Container) => ({ ...container, env: [...(container.env ?? []), variable] })
  return {
    hostname: `${metadata.name}-${index}`,
    containers: containers.map(withIndex),
    ...(initContainers.length > 0 ? { initContainers: initContainers.map(withIndex) } : {}),
  }
}
