import '../require-node-24.ts'
import { once } from 'node:events'
import { parseArgs } from 'node:util'
import type { TestBed } from '../harness/test-bed.ts'
import { DEFAULT_EXAMPLE, type Example, exampleNames, prepareExample } from './example.ts'
import { createFollower } from './follower.ts'
import { createJsonNarrator, createTerminalNarrator } from './narrator.ts'
import { giveBack } from './return.ts'
import { applyExample, findNodes, showResult, startEverything, suppliesOf } from './story.ts'

const { values } = parseArgs({
  options: {
    keep: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    example: { type: 'string', default: DEFAULT_EXAMPLE },
  },
})
const names = exampleNames()
if (!names.includes(values.example)) {
  console.error(`there is no example "${values.example}"; take one of\n${names.map((name) => `  ${name}`).join('\n')}`)
  process.exit(2)
}
const narrator = values.json ? createJsonNarrator() : createTerminalNarrator()
const interrupted = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
let bed: TestBed | undefined
let isKept = false
let exitCode = 0
try {
  await Promise.race([tell(), interrupted.then(failUnlessKept)])
} catch (error) {
  narrator.warn(`The demo failed: ${error instanceof Error ? error.message : String(error)}`)
  exitCode = 1
} finally {
  await bed?.stop()
}
// Whatever an interrupted step still waits for will not come.
process.exit(exitCode)

async function tell(): Promise<void> {
  bed = await startEverything(narrator)
  const example = await prepareExample(values.example, suppliesOf(bed))
  await findNodes(narrator, bed, example)
  const look = createFollower(bed.kube, narrator)
  const workspacePath = await applyExample(narrator, bed, { example, look })
  await showResult(narrator, bed, example)
  if (!values.keep) return giveBack(narrator, bed, { example, workspacePath, look })
  isKept = true
  sayHowToUse(bed, example)
  await interrupted
}

function failUnlessKept(): void {
  if (!isKept) throw new Error('it was interrupted')
}

function sayHowToUse({ kubeconfigPath }: TestBed, { kind, workspace }: Example): void {
  const { name } = workspace.metadata
  const chat =
    'kubectl run curl --restart=Never --image=curlimages/curl -- curl -s -X POST ' +
    `http://$(kubectl get svc ${name} -o jsonpath='{.spec.clusterIPs[0]}')/chat ` +
    `-H 'Content-Type: application/json' -d '{"prompt":"What is Kubernetes?"}' && ` +
    "kubectl wait pod/curl --for=jsonpath='{.status.phase}'=Succeeded && kubectl logs curl"
  const kubeconfig = `export KUBECONFIG=${kubeconfigPath}`
  const use = kind === 'model' ? { chat } : { look: `kubectl describe workspace ${name}` }
  const [title, command] = Object.entries(use)[0] ?? []
  narrator.say(
    `Everything runs until you press Ctrl-C. For your own kubectl:\n\n  ${kubeconfig}\n\nTo ${title}:\n\n  ${command}\n`,
    { kubeconfig, ...use },
  )
}
