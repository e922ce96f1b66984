/** Where nodes come from: `nodes` of the chart's values; what is left out is as the chart has it. */
export interface NodesChoice {
  provisioner?: 'machine' | 'nodeclaim' | 'nodepool' | 'existing-nodes'
  profile?: string
  settings?: object
}
