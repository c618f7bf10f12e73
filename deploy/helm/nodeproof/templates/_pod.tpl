{{- define "nodeproof.pod" -}}
metadata:
  labels:
    app.kubernetes.io/name: nodeproof
    app.kubernetes.io/instance: {{ .Release.Name }}
spec:
  # Reads the node's files below /host and its processes through hostPID. Root with two capabilities: DAC_READ_SEARCH to
  # read files that are closed to others, SYS_PTRACE to see the root and environment of processes.
  hostPID: true
  automountServiceAccountToken: false
  enableServiceLinks: false
  terminationGracePeriodSeconds: 5
  {{- if ne .Values.mode "daemonset" }}
  restartPolicy: Never
  {{- end }}
  nodeSelector:
    {{- toYaml .Values.nodeSelector | nindent 4 }}
  tolerations:
    {{- toYaml .Values.tolerations | nindent 4 }}
  {{- if .Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml .Values.imagePullSecrets | nindent 4 }}
  {{- end }}
  securityContext:
    seccompProfile:
      type: RuntimeDefault
  containers:
    - name: nodeproof
      {{- if .Values.image.digest }}
      image: "{{ .Values.image.repository }}@{{ .Values.image.digest }}"
      {{- else }}
      image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"
      {{- end }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      args:
        {{- if eq .Values.mode "daemonset" }}
        - run
        - --every
        - {{ .Values.every | quote }}
        {{- end }}
        - --root
        - /host
        {{- if .Values.args }}
        {{- toYaml .Values.args | nindent 8 }}
        {{- end }}
      securityContext:
        runAsUser: 0
        runAsGroup: 0
        privileged: false
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        {{- if .Values.appArmor }}
        appArmorProfile:
          type: {{ .Values.appArmor }}
        {{- end }}
        capabilities:
          drop: [ALL]
          add: [DAC_READ_SEARCH, SYS_PTRACE]
      resources:
        {{- toYaml .Values.resources | nindent 8 }}
      volumeMounts:
        - name: root
          mountPath: /host
          readOnly: true
  volumes:
    - name: root
      hostPath:
        path: /
        type: Directory
{{- end -}}
