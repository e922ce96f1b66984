import { expect, test } from 'vitest'
import { expand } from './expand.ts'

test.each([
  ['fills in a variable', '--rank=$(RANK)', '--rank=1'],
  ['fills in several', '$(RANK)$(RANK)/$(EMPTY)', '11/'],
  ['leaves an unknown one as it is', '$(NOBODY) $(RANK)', '$(NOBODY) 1'],
  ['takes two dollars for one', '$$(RANK)', '$(RANK)'],
  ['takes three dollars for one and a variable', '$$$(RANK)', '$1'],
  ['leaves what only looks like one', '$RANK $[RANK] $( RANK', '$RANK $[RANK] $( RANK'],
  ['leaves a name of every object alone', '$(toString)', '$(toString)'],
])('%s', (_rule, text, expanded) => expect(expand(text, { RANK: '1', EMPTY: '' })).toBe(expanded))
