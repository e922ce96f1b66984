import { execFileSync } from 'node:child_process'
import { type ProgramResult, runProgram } from './run-program.ts'

/** The one that the environment names, or the one on the PATH. */
const kubectlPath = () => process.env.KUBECTL ?? 'kubectl'

/** Whether a kubectl is on the PATH; where none is, one line says what is therefore not tried. */
export function findKubectl(): boolean {
  try {
    execFileSync(kubectlPath(), ['version', '--client'], { stdio: 'ignore' })
    return true
  } catch (error) {
    if (!(error instanceof Error)) throw error
    console.warn('no kubectl on the PATH: what needs a real kubectl is not tried, recorded requests are')
    return false
  }
}

/** Runs kubectl against a cluster, with a home of its own so that no cache or setting of the user is met. */
export function createKubectl({ kubeconfigPath, folder }: { kubeconfigPath: string; folder: string }) {
  const env = { PATH: process.env.PATH, HOME: folder, KUBECONFIG: kubeconfigPath, KUBE_EDITOR: process.env.KUBE_EDITOR }
  return (args: string[], { input = '', editor = '' } = {}): Promise<ProgramResult> =>
    runProgram(kubectlPath(), args, {
      env: { ...env, ...(editor === '' ? {} : { KUBE_EDITOR: editor }) },
      input,
      timeout: 40_000,
    })
}
