import { expect, test } from 'vitest'
import { resourcePath } from './request-path.ts'

test.each<[path: string, expected: object | undefined]>([
  ['/api', undefined],
  ['/api/v1', undefined],
  ['/apis/apps/v1', undefined],
  ['/healthz', undefined],
  ['/api/v1/nodes/n', { group: '', version: 'v1', plural: 'nodes', name: 'n', namespace: undefined }],
  ['/api/v1/namespaces', { plural: 'namespaces', name: undefined }],
  ['/api/v1/namespaces/a', { plural: 'namespaces', name: 'a', namespace: undefined }],
  ['/api/v1/namespaces/a/finalize', { plural: 'namespaces', name: 'a', subresource: 'finalize' }],
  ['/api/v1/namespaces/a/pods', { plural: 'pods', name: undefined, namespace: 'a' }],
  ['/apis/kaito.sh/v1alpha1/workspaces', { group: 'kaito.sh', plural: 'workspaces', namespace: undefined }],
  ['/apis/apps/v1/namespaces/a/deployments/d/scale', { group: 'apps', name: 'd', subresource: 'scale' }],
  ['/api/v1/namespaces/a/services/m:80/proxy/chat/x', { name: 'm:80', subresource: 'proxy', rest: 'chat/x' }],
  ['/api/v1/namespaces/a/services/http%3Am%3A80/proxy/', { name: 'http:m:80', subresource: 'proxy', rest: '' }],
])('%s', (path, expected) => {
  if (expected === undefined) expect(resourcePath(path)).toBeUndefined()
  else expect(resourcePath(path)).toMatchObject(expected)
})
