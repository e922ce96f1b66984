// Preloaded into every process a harness starts: when the harness dies, even by SIGKILL, its end of the pipe closes.
// Not TypeScript: Node's own compiler for that would count as the memory of the process.
process.stdin.on('end', () => process.exit(1))
process.stdin.on('error', () => process.exit(1))
process.stdin.resume()
process.stdin.unref?.()
