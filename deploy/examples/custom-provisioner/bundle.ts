import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundle } from '../../images/bundle.ts'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const folder = basename(at('.'))

console.log(await bundle({ input: at('src/main.ts'), dir: at(`../../../dist/${folder}`) }))
