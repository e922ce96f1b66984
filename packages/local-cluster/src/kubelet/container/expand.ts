const REFERENCE = /\$\$|\$\(([^)]*)\)/g

/** Replaces `$(NAME)` as Kubernetes does: an unknown name stays as it is, and `$$` is one `$`. */
export function expand(text: string, values: Record<string, string>): string {
  return text.replaceAll(REFERENCE, (all, name: string | undefined) =>
    name === undefined ? '$' : Object.hasOwn(values, name) ? (values[name] ?? '') : all,
  )
}
