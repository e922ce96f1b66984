const MOST_CHARACTERS = 100

/**
 * The name of a data file: its place in the list, and what the path ends with. The extension stays, for the trainer goes
 * by it.
 */
export function fileName(position: number, { pathname }: URL): string {
  const last = pathname.slice(pathname.lastIndexOf('/') + 1)
  const safe = last.replaceAll(/[^A-Za-z0-9._-]/g, '_').slice(-MOST_CHARACTERS)
  return `${String(position).padStart(2, '0')}-${safe || 'data'}`
}
