// Preloaded into every process a harness starts: when the harness dies, even by SIGKILL, its end of the pipe closes.
process.stdin.on('end', () => process.exit(1))
process.stdin.on('error', () => process.exit(1))
process.stdin.resume()
process.stdin.unref?.()
