import { aMachine } from '@kaito/api/testing'
import type { Node } from '@kaito/controller-kit'
import { expect, test } from 'vitest'
import { claimedNodes } from './claimed-nodes.ts'

const annotations = { 'kaito.sh/workspace-uid': 'uid-1' }
const node = (name: string, claimUid?: string): Node => ({
  metadata: { name, ...(claimUid === undefined ? {} : { labels: { 'kaito.sh/claim-uid': claimUid } }) },
})

const isClaimed = claimedNodes([
  aMachine({ metadata: { name: 'a', uid: 'claim-a', annotations }, status: { nodeName: 'n1' } }),
  aMachine({ metadata: { name: 'b', uid: 'claim-b', annotations }, status: {} }),
  aMachine({ metadata: { name: 'c', uid: 'claim-c', annotations: {} }, status: { nodeName: 'n3' } }),
])

test.each<[rule: string, node: Node, claimed: boolean]>([
  ['a node that a claim names is claimed', node('n1'), true],
  ['a node that names a claim is claimed before the claim knows it', node('n2', 'claim-b'), true],
  ['a node of a claim that was made for no Workspace of ours is not', node('n3', 'claim-c'), false],
  ['a node of no claim is not', node('n4'), false],
])('%s', (...[, seen, claimed]) => {
  expect(isClaimed(seen)).toBe(claimed)
})
