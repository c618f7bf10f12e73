{{- define "nodeproof.cluster-pod" -}}
metadata:
  labels:
    app.kubernetes.io/name: nodeproof-cluster
    app.kubernetes.io/instance: {{ .Release.Name }}
spec:
  serviceAccountName: {{ .Release.Name }}-cluster
  # The token is a volume below, which expires after ten minutes.
  automountServiceAccountToken: false
  enableServiceLinks: false
  restartPolicy: Never
  terminationGracePeriodSeconds: 5
  nodeSelector:
    {{- toYaml .Values.nodeSelector | nindent 4 }}
  {{- if .Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml .Values.imagePullSecrets | nindent 4 }}
  {{- end }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 65532
    runAsGroup: 65532
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
        - cluster
        {{- if .Values.cluster.rbac.secrets }}
        - --read-secrets
        {{- end }}
        {{- if .Values.cluster.rbac.otherPolicies }}
        - --read-other-policies
        {{- end }}
        {{- if .Values.cluster.args }}
        {{- toYaml .Values.cluster.args | nindent 8 }}
        {{- end }}
      securityContext:
        privileged: false
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities:
          drop: [ALL]
      resources:
        {{- toYaml .Values.cluster.resources | nindent 8 }}
      volumeMounts:
        - name: token
          mountPath: /var/run/secrets/kubernetes.io/serviceaccount
          readOnly: true
  volumes:
    - name: token
      projected:
        sources:
          - serviceAccountToken:
              path: token
              expirationSeconds: 600
          - configMap:
              name: kube-root-ca.crt
              items:
                - key: ca.crt
                  path: ca.crt
          - downwardAPI:
              items:
                - path: namespace
                  fieldRef:
                    fieldPath: metadata.namespace
{{- end -}}
