import type { Container, EnvironmentVariable, KeyRef, Pod, VariableSource } from '../../objects/pod.ts'
import type { PodObjects } from '../pod-objects.ts'
import { CreationFailure } from './creation-failure.ts'
import { expand } from './expand.ts'
import { fieldValue, type PodAddress } from './field-value.ts'

interface EnvironmentFacts {
  container: Container
  pod: Pod
  address: PodAddress
  objects: PodObjects
}

/** The variables of a container; rejects with `CreationFailure` while an object or key they name is missing. */
export async function containerEnvironment(facts: EnvironmentFacts): Promise<Record<string, string>> {
  const env: Record<string, string> = {}
  for (const source of facts.container.envFrom ?? []) Object.assign(env, await allKeys(source, facts.objects))
  for (const variable of facts.container.env ?? []) {
    const value = await variableValue(variable, facts, env)
    if (value !== undefined) env[variable.name] = value
  }
  return env
}

/** The command line with its variables filled in; empty when the image decides. */
export function expandedCommand({ command = [], args = [] }: Container, env: Record<string, string>): string[] {
  return [...command, ...args].map((word) => expand(word, env))
}

async function variableValue(
  { name, value = '', valueFrom }: EnvironmentVariable,
  { pod, address, objects }: EnvironmentFacts,
  earlier: Record<string, string>,
): Promise<string | undefined> {
  if (valueFrom === undefined) return expand(value, earlier)
  const { fieldRef, secretKeyRef, configMapKeyRef } = valueFrom
  if (secretKeyRef) return keyValue('secret', secretKeyRef, { pod, objects })
  if (configMapKeyRef) return keyValue('configmap', configMapKeyRef, { pod, objects })
  const found = fieldRef && fieldValue(pod, fieldRef.fieldPath, address)
  if (found !== undefined) return found
  throw new CreationFailure('CreateContainerConfigError', `the source of variable ${name} is not simulated`)
}

async function allKeys({ prefix = '', secretRef, configMapRef }: VariableSource, objects: PodObjects) {
  const kind = secretRef === undefined ? 'configmap' : 'secret'
  const { name = '', optional = false } = secretRef ?? configMapRef ?? {}
  const data = await objects.data(kind, name)
  if (data === undefined && !optional) {
    throw new CreationFailure('CreateContainerConfigError', `${kind} "${name}" not found`)
  }
  return Object.fromEntries(
    Object.entries(data ?? {}).map(([key, value]) => [`${prefix}${key}`, value.toString('utf8')]),
  )
}

async function keyValue(
  kind: 'secret' | 'configmap',
  { name = '', key, optional = false }: KeyRef,
  { pod, objects }: Pick<EnvironmentFacts, 'pod' | 'objects'>,
): Promise<string | undefined> {
  const data = await objects.data(kind, name)
  const value = data?.[key]
  if (value !== undefined) return value.toString('utf8')
  if (optional) return undefined
  const kindName = kind === 'secret' ? 'Secret' : 'ConfigMap'
  const why =
    data === undefined
      ? `${kind} "${name}" not found`
      : `couldn't find key ${key} in ${kindName} ${pod.metadata.namespace}/${name}`
  throw new CreationFailure('CreateContainerConfigError', why)
}
