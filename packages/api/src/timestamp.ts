/** Wall clock milliseconds as Kubernetes writes times: RFC 3339, to the second. */
export function timestamp(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`
}
