import type { KubeObject } from '../cluster-access.ts'
import { objectsAt } from '../json.ts'
import type { ApiRequest } from '../server/api-request.ts'
import { KUBELET_ADDRESS } from '../simulation-annotations.ts'
import { badRequest, StatusError } from '../status-error.ts'
import type { ObjectStore } from '../store/object-store.ts'
import { kubeletOf } from './backend.ts'
import { answerOf } from './forward.ts'

/** `GET pods/<name>/log`: streams what the kubelet of the pod's node answers. */
export async function streamPodLog(store: ObjectStore, request: ApiRequest, pod: KubeObject): Promise<void> {
  const { outgoing, query } = request
  const container = containerOf(pod, query.get('container') ?? '')
  const kubelet = kubeletOf(store, pod, KUBELET_ADDRESS)
  if (kubelet === undefined) {
    outgoing.writeHead(200, { 'content-type': 'text/plain' }).end()
    return
  }
  const passed = new URLSearchParams(query)
  passed.delete('container')
  const { namespace = '', name } = pod.metadata
  const path = `/containerLogs/${namespace}/${name}/${container}?${passed}`
  const answer = await answerOf(request, { scheme: 'https', ...kubelet, path, method: 'GET', headers: {} })
  const code = answer.statusCode ?? 502
  if (code >= 300) throw await refusal(code, answer)
  outgoing.writeHead(200, { 'content-type': 'text/plain', 'cache-control': 'no-cache, private' })
  outgoing.flushHeaders()
  answer.on('error', () => outgoing.destroy())
  answer.pipe(outgoing)
}

async function refusal(code: number, answer: AsyncIterable<Buffer>): Promise<StatusError> {
  const chunks: Buffer[] = []
  for await (const chunk of answer) chunks.push(chunk)
  const message = Buffer.concat(chunks).toString('utf8').trim()
  if (code === 400) return badRequest(message)
  if (code === 500)
    return new StatusError({ code, reason: 'InternalError', message: `Internal error occurred: ${message}` })
  return new StatusError({ code, reason: code === 404 ? 'NotFound' : 'Unknown', message })
}

function containerOf({ metadata, spec }: KubeObject, wanted: string): string {
  const names = (list: string) => objectsAt({ spec }, 'spec', list).map(({ name }) => String(name))
  const containers = names('containers')
  const all = [...containers, ...names('initContainers')]
  if (wanted !== '' && all.includes(wanted)) return wanted
  if (wanted !== '') throw badRequest(`container ${wanted} is not valid for pod ${metadata.name}`)
  const [only] = containers
  if (containers.length === 1 && only !== undefined) return only
  const choices = `[${containers.join(' ')}]`
  const init =
    names('initContainers').length > 0 ? ` or one of the init containers: [${names('initContainers').join(' ')}]` : ''
  throw badRequest(`a container name must be specified for pod ${metadata.name}, choose one of: ${choices}${init}`)
}
