/** One fault of a request as the model images' server reports it. */
interface ChatFault {
  type: string
  loc: string[]
  msg: string
}

type ChatRequest = { question: string; conversation: boolean } | { status: number; detail: string | ChatFault[] }

const ROLES = new Set(['system', 'user', 'assistant'])

/**
 * Reads the body of `POST /chat`: `prompt` for completion, `messages` for conversation, optional `generate_kwargs`.
 * Faults are answered as the real server does: 422 for a wrong shape, 400 for a missing prompt.
 */
export function readChatRequest(text: string): ChatRequest {
  const body = parseJson(text)
  if (body === undefined) return refused('json_invalid', ['body'], 'JSON decode error')
  if (!isRecord(body)) return refused('model_attributes_type', ['body'], 'Input should be a valid dictionary')
  const { prompt, messages, generate_kwargs: kwargs } = body
  if (prompt !== undefined && prompt !== null && typeof prompt !== 'string') {
    return refused('string_type', ['body', 'prompt'], 'Input should be a valid string')
  }
  if (kwargs !== undefined && kwargs !== null && !isRecord(kwargs)) {
    return refused('model_attributes_type', ['body', 'generate_kwargs'], 'Input should be a valid dictionary')
  }
  if (messages !== undefined && messages !== null) return readMessages(messages)
  if (typeof prompt !== 'string' || prompt === '') {
    return { status: 400, detail: 'Text generation parameter prompt required' }
  }
  return { question: prompt, conversation: false }
}

function readMessages(messages: unknown): ChatRequest {
  if (!Array.isArray(messages)) return refused('list_type', ['body', 'messages'], 'Input should be a valid list')
  const faulty = messages.findIndex(
    (message) => !isRecord(message) || !ROLES.has(String(message.role)) || typeof message.content !== 'string',
  )
  if (faulty >= 0) {
    const where = ['body', 'messages', String(faulty)]
    return refused('value_error', where, 'A message needs a role (system, user or assistant) and a text as content')
  }
  const asked = messages.filter(isRecord).findLast(({ role }) => role === 'user')
  if (asked === undefined) return { status: 400, detail: 'Conversational parameter messages required' }
  return { question: String(asked.content), conversation: true }
}

function refused(type: string, loc: string[], msg: string): ChatRequest {
  return { status: 422, detail: [{ type, loc, msg }] }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
