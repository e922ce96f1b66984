import type { ContainerTrouble } from '../container-trouble.ts'

/** What runs in the container of an adapter, as the subject of a sentence about that adapter. */
export const COPYING = 'the copying of its files'

/** Words of the two usual kinds of `cp`, of runtimes and of kubelets; and what they mean for whoever made the image. */
const MEANINGS: [words: RegExp, meaning: string][] = [
  [
    /\/data(?:\/\.)?'?: No such file or directory/,
    'its image has no folder /data; put the files of the adapter there and push the image again',
  ],
  [
    /"cp": executable file not found|exec: "cp"/,
    'its image has no program cp, which copies the files out of it; build it on an image that has one',
  ],
  [
    /Permission denied/,
    'a file below /data of its image may not be read by everyone; give everyone the right to read and push the image again',
  ],
  [/No space left on device/, 'the node has no disk left for its files'],
]

/** The trouble of an adapter's container or image, in terms of the adapter. */
export function adapterTrouble(name: string, trouble: ContainerTrouble): ContainerTrouble {
  const meaning = MEANINGS.find(([words]) => words.test(trouble.cause ?? ''))?.[1]
  return { ...trouble, what: `adapter "${name}": ${meaning ?? trouble.what}` }
}
