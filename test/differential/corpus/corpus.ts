import type { Sequence } from '../step.ts'
import { LIFECYCLE } from './lifecycle.ts'
import { PRODUCT } from './product.ts'
import { READS } from './reads.ts'
import { SUBRESOURCES } from './subresources.ts'
import { WRITES } from './writes.ts'

/** The corners that chance would seldom reach, by hand. */
export const CORPUS: Sequence[] = [...LIFECYCLE, ...READS, ...WRITES, ...SUBRESOURCES, ...PRODUCT]
