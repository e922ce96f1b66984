import { z } from 'zod'
import { celText, DNS_LABEL, expression, fixed, mapOf, matches, type Rule, ruled, text } from '../kubernetes-schema.ts'
import { INSTANCE_TYPE_LABEL } from '../labels.ts'
import { namedSizes, type Sizes } from './named-sizes.ts'

type Labels = Record<string, string>

const NAME = '[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?'
const KEY = `^(${DNS_LABEL}([.]${DNS_LABEL})*/)?${NAME}$`
const MAX_PREFIX = 253
const KAITO_KEY = '(^|[.])(kaito|karpenter)[.]sh/'
/** Kubelet and cloud set these on every node. */
const CLUSTER_KEY =
  '^(agentpool$|kubernetes[.]azure[.]com/|node[.]kubernetes[.]io/instance-type$|((beta|topology|failure-domain[.]beta)[.])?kubernetes[.]io/)'

const isKey = expression(KEY)
const isKaitoKey = expression(KAITO_KEY)
const isClusterKey = expression(CLUSTER_KEY)

const keysAreWellFormed: Rule<Labels> = {
  rule: `self.all(key, key.matches(${celText(KEY)}) && key.indexOf('/') <= ${MAX_PREFIX})`,
  message: 'a key is not a label key; write letters, digits, "-", "_" and ".", after an optional "prefix/"',
  holds: (labels) => Object.keys(labels).every((key) => isKey(key) && key.indexOf('/') <= MAX_PREFIX),
}

const keysAreNotOurs: Rule<Labels> = {
  rule: `!self.exists(key, key.matches(${celText(KAITO_KEY)}))`,
  message: 'labels under kaito.sh and karpenter.sh are set by KAITO itself; use a label of your own',
  holds: (labels) => !Object.keys(labels).some(isKaitoKey),
}

/** That of the size depends on the size that is asked for, and is judged with it. */
const clusterLabelsAreTrue: Rule<Labels> = {
  rule: `self.all(key, !key.matches(${celText(CLUSTER_KEY)}) || key == '${INSTANCE_TYPE_LABEL}' || (key == 'kubernetes.io/os' && self[key] == 'linux') || (key == 'kubernetes.io/arch' && self[key] == 'amd64'))`,
  message:
    'agentpool and labels under kubernetes.io and kubernetes.azure.com are set by the cluster on each node, so a new node cannot be given them; use a label of your own',
  holds: (labels) =>
    Object.entries(labels).every(
      ([key, value]) =>
        !isClusterKey(key) ||
        key === INSTANCE_TYPE_LABEL ||
        (key === 'kubernetes.io/os' && value === 'linux') ||
        (key === 'kubernetes.io/arch' && value === 'amd64'),
    ),
}

const labelValue = ruled(
  text(63),
  matches(`^(${NAME})?$`, 'is not a label value; write at most 63 letters, digits, "-", "_" and "."'),
).describe('Value of the label.')

const expressionSchema = z
  .object({
    key: text(316).describe('Key of a label.'),
    operator: text(16).describe('How the label is compared.'),
    values: z.array(text(63).describe('Value of a label.')).max(16).describe('What it is compared with.').optional(),
  })
  .describe('Not supported.')

/**
 * Labels that new nodes are given. A label that no node of ours can carry is refused: a node that never matches would
 * bill in vain.
 */
export const labelSelectorSchema = ruled(
  z.object({
    matchLabels: ruled(mapOf(labelValue, 32), keysAreWellFormed, keysAreNotOurs, clusterLabelsAreTrue)
      .describe('Labels that the nodes get and that the workload selects its nodes by.')
      .optional(),
    matchExpressions: ruled(z.array(expressionSchema).max(16), {
      rule: 'size(self) == 0',
      message: 'resource.labelSelector.matchExpressions is not supported; write the labels under matchLabels',
      holds: (expressions) => expressions.length === 0,
    })
      .describe('Not supported: a new node needs labels, not conditions on them.')
      .optional(),
  }),
  fixed('resource.labelSelector cannot be changed; create another Workspace'),
).describe('Labels of the nodes this Workspace uses.')

interface LabelledSizes extends Sizes {
  labelSelector: { matchLabels?: Labels | undefined }
}

/** On the object that has sizes and labels: the cluster writes the size of a node, so it must be the one asked for. */
export const sizeLabelIsTrue: Rule<LabelledSizes> = {
  rule: `!has(self.labelSelector.matchLabels) || !('${INSTANCE_TYPE_LABEL}' in self.labelSelector.matchLabels) || (has(self.instanceType) ? [self.instanceType] : []) + (has(self.instanceTypes) ? self.instanceTypes : []) == [self.labelSelector.matchLabels['${INSTANCE_TYPE_LABEL}']]`,
  message: `the cluster sets ${INSTANCE_TYPE_LABEL} to the size of each node; write the only size of this Workspace, or leave the label out`,
  fieldPath: '.labelSelector.matchLabels',
  holds: (named) => {
    const label = named.labelSelector.matchLabels?.[INSTANCE_TYPE_LABEL]
    const sizes = namedSizes(named)
    return label === undefined || (sizes.length === 1 && sizes[0] === label)
  },
}
