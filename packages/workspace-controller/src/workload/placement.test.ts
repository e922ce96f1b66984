import { expect, test } from 'vitest'
import { placement } from './placement.ts'
import { aCase, orderFor } from './testing/rendering-cases.ts'

const one = aCase('ws', {})
const { nodes } = orderFor(one)

const termsOf = (existingNodes: string[]) =>
  placement(one.workspace, nodes, existingNodes).affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution
    .nodeSelectorTerms
const named = (name: string) => ({ matchFields: [{ key: 'metadata.name', operator: 'In', values: [name] }] })

test('a node made for the Workspace carries all of its labels', () => {
  expect(termsOf([])).toEqual([
    {
      matchExpressions: [
        { key: 'apps', operator: 'In', values: ['ws'] },
        { key: 'kaito.sh/workspace', operator: 'In', values: ['ws'] },
        { key: 'kaito.sh/workspacenamespace', operator: 'In', values: ['default'] },
      ],
    },
  ])
})

test('a node that was there is taken by its name alone, each in a term of its own', () => {
  expect(termsOf(['b', 'a', 'b'])).toEqual([...termsOf([]), named('a'), named('b')])
})

test('the taints that the order tolerates are those of its Pods', () => {
  const tolerations = [{ key: 'team', operator: 'Exists' as const }]
  expect(placement(one.workspace, { ...nodes, tolerations }, []).tolerations).toEqual(tolerations)
})
