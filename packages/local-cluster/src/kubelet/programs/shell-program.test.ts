import { expect, test } from 'vitest'
import { parseScript } from './shell-program.ts'

test.each<[script: string, steps: [words: string[], after: string][]]>([
  [
    'echo hello; exit 3',
    [
      [['echo', 'hello'], ';'],
      [['exit', '3'], ';'],
    ],
  ],
  [
    'true && echo yes || echo no',
    [
      [['true'], ';'],
      [['echo', 'yes'], '&&'],
      [['echo', 'no'], '||'],
    ],
  ],
  ['echo "a b" \'c;d\'', [[['echo', 'a b', 'c;d'], ';']]],
  ['curl -d "{\\"prompt\\":\\"hi\\"}" ws', [[['curl', '-d', '{"prompt":"hi"}', 'ws'], ';']]],
  ['echo a"b c"d', [[['echo', 'ab cd'], ';']]],
  [
    'a\n\nb',
    [
      [['a'], ';'],
      [['b'], ';'],
    ],
  ],
])('reads %s', (script, steps) => expect(parseScript(script).map(({ words, after }) => [words, after])).toEqual(steps))
