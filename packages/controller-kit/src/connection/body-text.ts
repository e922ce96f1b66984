import { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'

/** The whole body. Rejects when it breaks off before its end. */
export function bodyText(body: AsyncIterable<Buffer>): Promise<string> {
  return body instanceof IncomingMessage ? messageText(body) : text(body)
}

/** By events: an iterator over a stream costs more than the rest of a short answer. */
function messageText(message: IncomingMessage): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const chunks: Buffer[] = []
  message.on('data', (chunk: Buffer) => chunks.push(chunk))
  message.on('end', () => resolve(joined(chunks)))
  message.on('error', reject)
  message.on('close', () => reject(new Error('the answer was cut off')))
  return promise
}

function joined(chunks: Buffer[]): string {
  const [first] = chunks
  // A character may be cut in two between chunks.
  return (chunks.length === 1 && first ? first : Buffer.concat(chunks)).toString('utf8')
}
