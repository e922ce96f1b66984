/**
 * The same function, computing once for each object. Only for objects that nobody changes, as those of a cache: one reading
 * of each is enough for all who look.
 */
export function remembered<Key extends object, Value>(read: (object: Key) => Value): (object: Key) => Value {
  const readings = new WeakMap<Key, { value: Value }>()
  return (object) => {
    const known = readings.get(object) ?? { value: read(object) }
    readings.set(object, known)
    return known.value
  }
}
