/** One entry of a tar archive. */
export interface TarEntry {
  path: string
  /** What is neither a file nor a folder nor a link is none of an image's content. */
  type: 'file' | 'folder' | 'symbolicLink' | 'hardLink' | 'other'
  mode: number
  content: Buffer
  /** Where a link leads. */
  target: string
}

const BLOCK = 512
const LONGEST_NAME = 100
const TYPES: Record<string, TarEntry['type']> = {
  '0': 'file',
  '\0': 'file',
  '1': 'hardLink',
  '2': 'symbolicLink',
  '5': 'folder',
}

/** An archive of plain files, the same for the same files. */
export function writeTar(files: { path: string; content: Buffer; mode: number }[]): Buffer {
  const parts = files.flatMap(({ path, content, mode }) => {
    if (Buffer.byteLength(path) > LONGEST_NAME) throw new Error(`${path} is too long a name for this archive`)
    return [header(path, mode, content.length), content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)]
  })
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)])
}

function header(path: string, mode: number, size: number): Buffer {
  const block = Buffer.alloc(BLOCK)
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, '0')}\0`
  block.write(path, 0)
  block.write(octal(mode, 7), 100)
  block.write(octal(0, 7), 108)
  block.write(octal(0, 7), 116)
  block.write(octal(size, 11), 124)
  block.write(octal(0, 11), 136)
  block.write(' '.repeat(8), 148)
  block.write('0', 156)
  block.write('ustar\x0000', 257)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}

/** Entries of an archive in their order, with the long names of POSIX and GNU. */
export function readTar(archive: Buffer): TarEntry[] {
  const entries: TarEntry[] = []
  let longer: { path?: string; target?: string } = {}
  for (let at = 0; at + BLOCK <= archive.length && archive[at] !== 0; ) {
    const block = archive.subarray(at, at + BLOCK)
    const size = Number.parseInt(text(block, 124, 12), 8) || 0
    const content = archive.subarray(at + BLOCK, at + BLOCK + size)
    if (content.length < size) throw new Error('the archive ends within an entry')
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK
    const type = String.fromCharCode(block[156] ?? 0)
    if (type === 'L') longer.path = text(content, 0, size)
    else if (type === 'K') longer.target = text(content, 0, size)
    else if (type === 'x') longer = { ...longer, ...extended(content) }
    else if (type !== 'g') {
      entries.push({ ...plain(block), type: TYPES[type] ?? 'other', content, ...longer })
      longer = {}
    }
  }
  return entries
}

function text(buffer: Buffer, from: number, length: number): string {
  const field = buffer.subarray(from, from + length)
  const end = field.indexOf(0)
  return field.subarray(0, end < 0 ? length : end).toString('utf8')
}

function plain(block: Buffer): Pick<TarEntry, 'path' | 'mode' | 'target'> {
  const prefix = text(block, 257, 5) === 'ustar' ? text(block, 345, 155) : ''
  const name = text(block, 0, 100)
  return {
    path: prefix === '' ? name : `${prefix}/${name}`,
    mode: Number.parseInt(text(block, 100, 8), 8) || 0o644,
    target: text(block, 157, 100),
  }
}

/** Records `LENGTH KEY=VALUE\n`, of which names are read. */
function extended(content: Buffer): { path?: string; target?: string } {
  const found: { path?: string; target?: string } = {}
  for (let at = 0; at < content.length; ) {
    const space = content.indexOf(0x20, at)
    const length = Number(content.subarray(at, space).toString())
    if (!(space > at && length > 0)) throw new Error('the archive has a broken extended header')
    const [key = '', ...value] = content
      .subarray(space + 1, at + length - 1)
      .toString('utf8')
      .split('=')
    if (key === 'path') found.path = value.join('=')
    if (key === 'linkpath') found.target = value.join('=')
    at += length
  }
  return found
}
