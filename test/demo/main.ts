import '../require-node-24.ts'
import { once } from 'node:events'
import { parseArgs } from 'node:util'
import type { TestBed } from '../harness/test-bed.ts'
import { createFollower } from './follower.ts'
import { createJsonNarrator, createTerminalNarrator } from './narrator.ts'
import { chat, giveBack, serveModel, startEverything } from './story.ts'

const { values } = parseArgs({
  options: { keep: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } },
})
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
  const look = createFollower(bed.kube, narrator)
  const workspacePath = await serveModel(narrator, bed, look)
  await chat(narrator, bed, workspacePath)
  if (!values.keep) return giveBack(narrator, bed, { workspacePath, look })
  isKept = true
  sayHowToUse(bed, workspacePath)
  await interrupted
}

function failUnlessKept(): void {
  if (!isKept) throw new Error('it was interrupted')
}

function sayHowToUse({ kubeconfigPath }: TestBed, workspacePath: string): void {
  const name = workspacePath.split('/').at(-1)
  const commands = {
    kubeconfig: `export KUBECONFIG=${kubeconfigPath}`,
    chat:
      'kubectl run curl --restart=Never --image=curlimages/curl -- curl -s -X POST ' +
      `http://$(kubectl get svc ${name} -o jsonpath='{.spec.clusterIPs[0]}')/chat ` +
      `-H 'Content-Type: application/json' -d '{"prompt":"What is Kubernetes?"}' && ` +
      "kubectl wait pod/curl --for=jsonpath='{.status.phase}'=Succeeded && kubectl logs curl",
  }
  narrator.say(
    `Everything runs until you press Ctrl-C. For your own kubectl:\n\n  ${commands.kubeconfig}\n\nTo chat:\n\n  ${commands.chat}\n`,
    commands,
  )
}
