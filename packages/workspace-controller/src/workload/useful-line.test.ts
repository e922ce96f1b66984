import { expect, test } from 'vitest'
import { oneLine, usefulLine } from './useful-line.ts'

const TRACE = `loading weights
Traceback (most recent call last):
  File "/workspace/inference_api.py", line 40, in <module>
    model = load()
torch.cuda.OutOfMemoryError: CUDA out of memory.
See the documentation.
Traceback (most recent call last):
  File "/usr/bin/accelerate", line 8, in <module>
    raise subprocess.CalledProcessError(returncode=1)
subprocess.CalledProcessError: Command '['python3', 'inference_api.py']' returned non-zero exit status 1.
`

test.each<[what: string, text: string | undefined, line: string | undefined]>([
  [
    'of a stack trace the exception, not that of its launcher',
    TRACE,
    'torch.cuda.OutOfMemoryError: CUDA out of memory.',
  ],
  ['of a log without one its last line that is not empty', 'one\r\ntwo\n\n  \n', 'two'],
  ['of one line itself', '  no space\tleft ', 'no space left'],
  [
    'of a launcher that alone is heard its words',
    'subprocess.CalledProcessError: a',
    'subprocess.CalledProcessError: a',
  ],
  ['of nothing nothing', undefined, undefined],
  ['of blanks nothing', ' \n\t', undefined],
])('%s is told', (_what, text, line) => expect(usefulLine(text)).toBe(line))

test('what a terminal would obey is written out', () => {
  expect(oneLine('a\u001b[31mred\u202eevil\u0000', 100)).toBe('a\\u{1b}[31mred\\u{202e}evil\\u{0}')
})

test('a long text ends between two characters', () => {
  expect(oneLine('😀'.repeat(10), 4)).toBe('😀😀😀…')
  expect([...(usefulLine('x'.repeat(10_000)) ?? '')]).toHaveLength(300)
})
