/**
 * Text that reaches a container's command, args or env as it is: Kubernetes reads `$(NAME)` there as a variable and `$$`
 * as a dollar sign. Each dollar sign is doubled, since one before `$(` would undo the escape of that alone.
 */
export function literalText(text: string): string {
  return text.replaceAll('$', '$$$$')
}
