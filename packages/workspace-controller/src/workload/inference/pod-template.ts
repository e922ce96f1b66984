import type { PodTemplate } from '@kaito/controller-kit'
import { podTemplateSchema } from './pod-template-schema.ts'

/** Where the template is in a Workspace. */
const ROOT = 'inference.template'

/** A user's pod template as the Kubernetes API has it; call it with what `templateFault` has no fault in. */
export function podTemplate(template: Record<string, unknown>): PodTemplate {
  return template as unknown as PodTemplate
}

/**
 * The first thing in a template that is malformed, or that whoever may only create Workspaces must not get this way; with
 * its path in the Workspace and what to do. Never throws, whatever the template is.
 */
export function templateFault(template: Record<string, unknown>): { path: string; message: string } | undefined {
  const [issue] = podTemplateSchema.safeParse(template).error?.issues ?? []
  if (!issue) return undefined
  const field = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : []
  return { path: shownPath([...issue.path, ...field]), message: issue.message }
}

function shownPath(path: PropertyKey[]): string {
  return path.reduce<string>(
    (shown, step) => (typeof step === 'number' ? `${shown}[${step}]` : `${shown}.${String(step)}`),
    ROOT,
  )
}
