import { readFileSync } from 'node:fs'
import { createInstanceList, createLifecycleMetrics, nodeIndexes } from '@kaito/claim-lifecycle'
import { createFakeCloud } from '@kaito/cloud-provider/testing'
import { createMetrics, NODES } from '@kaito/controller-kit'
import { createFakeCluster, createManualClock, createMemoryLog } from '@kaito/controller-kit/testing'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { createAzureMetrics } from './azure-metrics.ts'

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')
const DASHBOARD = 'deploy/monitoring/grafana-dashboard.json'
const ALERTS = 'deploy/monitoring/prometheus-alerts.yaml'
const PAGE = 'docs/monitoring.md'
/** What Prometheus adds to everything it scrapes in a cluster. */
const TARGET_LABELS = ['namespace', 'job', 'instance', 'pod']
const KEYWORDS = new Set(['and', 'or', 'unless', 'by', 'without', 'on', 'ignoring', 'bool', 'offset'])

const panelSchema = z.looseObject({
  type: z.string(),
  title: z.string(),
  description: z.string().optional(),
  targets: z.array(z.looseObject({ expr: z.string(), legendFormat: z.string() })).default([]),
})
const dashboardSchema = z.looseObject({
  panels: z.array(panelSchema),
  templating: z.object({ list: z.array(z.looseObject({ name: z.string(), definition: z.string().optional() })) }),
})
const alertSchema = z.object({
  alert: z.string(),
  expr: z.string(),
  for: z.string().regex(/^\d+[mh]$/),
  labels: z.strictObject({ severity: z.enum(['critical', 'warning']) }),
  annotations: z.strictObject({ summary: z.string().min(1), description: z.string().min(1), runbook: z.string() }),
})
const alertsSchema = z.object({ groups: z.array(z.object({ name: z.string(), rules: z.array(alertSchema) })) })

const dashboard = dashboardSchema.parse(JSON.parse(read(DASHBOARD)))
const panels = dashboard.panels.filter(({ type }) => type !== 'row')
const alerts = alertsSchema.parse(parse(read(ALERTS))).groups.flatMap(({ rules }) => rules)
const queries = dashboard.templating.list.flatMap(({ name, definition }) => (definition ? [{ name, definition }] : []))

/** Every series this process offers, with its own labels. */
function offered(): Map<string, string[]> {
  const clock = createManualClock()
  const cluster = createFakeCluster({ clock })
  const metrics = createMetrics()
  metrics.observeProcess()
  createAzureMetrics(metrics)
  createLifecycleMetrics({ metrics, clock }).show({
    kinds: [],
    nodes: cluster.cacheOf(NODES, nodeIndexes),
    instances: createInstanceList({ cloud: createFakeCloud({ clock }), clock, log: createMemoryLog() }),
    heldDeletions: () => 0,
    maxFailedLaunches: 3,
  })
  const registered = z
    .array(z.looseObject({ name: z.string(), type: z.string(), labelNames: z.array(z.string()) }))
    .parse(metrics.registry.getMetricsAsArray())
  return new Map(
    registered.flatMap(({ name, type, labelNames }): [string, string[]][] =>
      type === 'histogram'
        ? [
            [`${name}_bucket`, [...labelNames, 'le']],
            [`${name}_sum`, labelNames],
            [`${name}_count`, labelNames],
          ]
        : [[name, labelNames]],
    ),
  )
}

const SERIES = offered()

interface Used {
  metrics: { name: string; labels: string[] }[]
  /** Labels that a sum or maximum keeps. */
  kept: string[]
}

/** Which series and labels an expression names. */
function usedBy(expr: string): Used {
  const plain = expr.replaceAll(/\[[^\]]*\]/g, '')
  const kept = [...plain.matchAll(/\b(?:by|without)\s*\(([^)]*)\)/g)].flatMap(([, list = '']) => names(list))
  const rest = plain.replaceAll(/\b(?:by|without)\s*\([^)]*\)/g, '')
  const metrics = [...rest.matchAll(/([a-zA-Z_]\w*)\s*(\{[^}]*\}|\(|)/g)].flatMap(([, name = '', after = '']) =>
    after === '(' || KEYWORDS.has(name)
      ? []
      : [{ name, labels: [...after.matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*"/g)].map(([, label = '']) => label) }],
  )
  return { metrics, kept }
}

const names = (list: string) => list.split(',').map((name) => name.trim())

function faults(expr: string): string[] {
  const { metrics, kept } = usedBy(expr)
  const all = metrics.flatMap(({ name }) => SERIES.get(name) ?? [])
  return [
    ...(metrics.length === 0 ? ['names no metric'] : []),
    ...metrics.flatMap(({ name, labels }) => {
      const own = SERIES.get(name)
      if (!own) return [`there is no metric ${name}`]
      const known = [...own, ...TARGET_LABELS]
      return labels.filter((label) => !known.includes(label)).map((label) => `${name} has no label ${label}`)
    }),
    ...kept.filter((label) => ![...all, ...TARGET_LABELS].includes(label)).map((label) => `keeps unknown ${label}`),
    ...(isBalanced(expr) ? [] : ['brackets or quotes do not match']),
  ]
}

function isBalanced(expr: string): boolean {
  const open: string[] = []
  const closing: Record<string, string> = { ')': '(', ']': '[', '}': '{' }
  for (const character of expr.replaceAll(/"[^"]*"/g, '')) {
    if ('([{'.includes(character)) open.push(character)
    else if (character in closing && open.pop() !== closing[character]) return false
  }
  return open.length === 0 && expr.split('"').length % 2 === 1
}

test.each([
  ['sum(no_such_metric)', ['there is no metric no_such_metric']],
  ['max by (kind) (gpu_provisioner_claims{phasee="Failed"}) > 0', ['gpu_provisioner_claims has no label phasee']],
  ['max by (reason) (gpu_provisioner_claims)', ['keeps unknown reason']],
  ['sum(rate(gpu_provisioner_gpu_seconds_total{job="a"}[5m])', ['brackets or quotes do not match']],
  ['rate(gpu_provisioner_launch_duration_seconds[5m])', ['there is no metric gpu_provisioner_launch_duration_seconds']],
])('an expression with a mistake is found out: %s', (expr, found) => {
  expect(faults(expr)).toEqual(found)
})

test.each(panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr])))(
  'the panel "%s" shows what there is: %s',
  (_title, expr) => expect(faults(expr)).toEqual([]),
)

test.each(queries.map(({ name, definition }) => [name, definition]))(
  'the choice of %s is made from what there is',
  (_name, definition) => {
    const [, metric = '', label = ''] = /^label_values\((\w+), (\w+)\)$/.exec(definition) ?? []
    expect(SERIES.has(metric)).toBe(true)
    expect([...TARGET_LABELS, ...(SERIES.get(metric) ?? [])]).toContain(label)
  },
)

test('the dashboard has its rows, and says of every panel what it shows', () => {
  const rows = dashboard.panels.filter(({ type }) => type === 'row').map(({ title }) => title)
  expect(rows).toEqual([
    'Claims',
    'Launching (why not yet)',
    'Azure calls',
    'Money',
    'Deletion and safety',
    'Controller',
  ])
  expect(panels.filter(({ description = '', targets }) => description === '' || targets.length === 0)).toEqual([])
})

test('every metric of our own is on the dashboard or in an alert', () => {
  const exprs = [...panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)), ...alerts.map(({ expr }) => expr)]
  const used = new Set(exprs.flatMap((expr) => usedBy(expr).metrics.map(({ name }) => name)))
  const own = [...SERIES.keys()].filter((name) => name.startsWith('gpu_provisioner_') && !/_(sum|count)$/.test(name))
  expect(own.filter((name) => !used.has(name))).toEqual([])
})

test.each(alerts.map((alert) => [alert.alert, alert] as const))(
  '%s watches what there is and has a runbook',
  (_name, alert) => {
    expect(faults(alert.expr)).toEqual([])
    const [page, anchor] = alert.annotations.runbook.split('#')
    expect(page).toBe(PAGE)
    const anchors = [...read(PAGE).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => slug(heading))
    expect(anchors).toContain(anchor)
    const shown = [
      ...Object.values(alert.annotations)
        .join(' ')
        .matchAll(/\$labels\.(\w+)/g),
    ].map(([, label]) => label)
    expect(shown.filter((label) => !usedBy(alert.expr).kept.includes(label ?? ''))).toEqual([])
  },
)

/** As GitHub makes an anchor of a heading. */
function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-')
}

test('the page lists every metric of our own', () => {
  const page = read(PAGE)
  const registered = [...SERIES.keys()].map((name) => name.replace(/_(bucket|sum|count)$/, ''))
  const own = [...new Set(registered)].filter((name) => name.startsWith('gpu_provisioner_'))
  expect(own.filter((name) => !page.includes(`\`${name}\``))).toEqual([])
})

test('the chart brings the same alerts', () => {
  expect(read('charts/gpu-provisioner/files/alerts.yaml')).toBe(read(ALERTS))
})
