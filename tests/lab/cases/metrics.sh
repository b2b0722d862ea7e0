# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# `garpd show metrics`, judged by promtool, and read by node_exporter and Prometheus.

# metrics_file: writes the metrics as the unit does, into $LAB_DIR/textfile.
metrics_file() {
	local command
	mkdir -p "$LAB_DIR/textfile"
	command=$(sed -n "s,^ExecStart=/bin/sh -c '\(.*\)'\$,\1,p" "$LAB_ROOT/dist/garpd-metrics.service")
	in_hv env METRICS="$LAB_DIR/textfile/garpd.prom" sh -c "${command//@sbindir@\/garpd/$GARPD}"
}

# assert_metric VALUE SERIES
assert_metric() {
	assert_equals "$2" "$1" "$(awk -v series="$2" '$1 == series { print $2 }' "$LAB_DIR/textfile/garpd.prom")"
}

case_metrics_are_valid() {
	t_need promtool
	lab_start_garpd
	lab_winguest new -k 60000 eth0 "$MAC_NEW" "$SERVICE"
	lab_await "$GARPD_LOG" 9 "$SERVICE: .*announced" || t_fail "not announced"
	lab_winguest other -n 1 -k 100 eth0 "$MAC_OTHER" "$HOST"
	lab_await "$GARPD_LOG" 5 "$HOST: .*denied" || t_fail "not denied"
	metrics_file
	promtool check metrics <"$LAB_DIR/textfile/garpd.prom" >"$LAB_DIR/out" 2>&1 || t_fail "$(<"$LAB_DIR/out")"
	assert_metric 1 garpd_daemon_up
	assert_metric 3 "garpd_ports{segment=\"br0\",role=\"guest\",mode=\"$(in_hv "$GARPD" show ports -j | jq -r '.[0].mode')\"}"
	assert_metric 1 'garpd_claims{segment="br0",state="denied"}'
	assert_metric 1 'garpd_claims_problems{segment="br0"}'
	assert_metric 1 'garpd_claims_denied_total{rule="host"}'
	assert_metric 1 'garpd_window_to_announcement_seconds_count'
	assert_metric 1 'garpd_window_to_announcement_seconds_bucket{le="+Inf"}'
	assert_metric 1 'garpd_window_to_announcement_seconds_bucket{le="1073.741824"}'
	assert_metric 0 'garpd_window_to_announcement_seconds_bucket{le="0.000001"}'
	# Each counter is in one family.
	assert_equals "counters" "$(in_hv "$GARPD" show counters -aj | jq length)" \
		"$(grep -c '^garpd_[a-z_]*_total{' "$LAB_DIR/textfile/garpd.prom")"
	# Of a dead daemon, and where nothing is loaded: a file that tells, not a missing one.
	lab_kill9_garpd
	metrics_file
	assert_metric 0 garpd_daemon_up
	assert_metric 1 'garpd_claims{segment="br0",state="denied"}'
	# The next daemon goes on with the same maps.
	lab_start_garpd
	metrics_file
	assert_metric 1 'garpd_window_to_announcement_seconds_count'
	lab_stop_garpd
	in_hv "$GARPD" detach
	metrics_file
	assert_metric 0 garpd_daemon_up
	assert_equals "files" garpd.prom "$(ls "$LAB_DIR/textfile")"
}

case_metrics_rules_fire() {
	t_need promtool
	cp "$LAB_ROOT/dist/garpd.rules.yml" "$LAB_ROOT/tests/lab/prometheus/rules_test.yml" "$LAB_DIR"
	promtool check rules "$LAB_DIR/garpd.rules.yml" >"$LAB_DIR/out" 2>&1 || t_fail "$(<"$LAB_DIR/out")"
	promtool test rules "$LAB_DIR/rules_test.yml" >"$LAB_DIR/out" 2>&1 || t_fail "$(<"$LAB_DIR/out")"
}

# prometheus_has QUERY: it returns a number, which a quantile of nothing is not.
prometheus_has() {
	grep -q '=> [^N]' <<<"$(in_hv promtool query instant http://127.0.0.1:9090 "$1" 2>/dev/null)"
}

# assert_dashboard_has_data: each query of the dashboard returns something, with its variables filled in as
# Grafana does.
assert_dashboard_has_data() {
	local query queries=0
	while read -r query; do
		query=${query//\$instance/.*}
		query=${query//\$__rate_interval/2m}
		lab_wait 20 prometheus_has "$query" || t_fail "the dashboard's query has no data: $query"
		queries=$((queries + 1))
	done < <(jq -r '.panels[].targets[].expr' "$LAB_ROOT/dist/garpd-dashboard.json")
	((queries >= 10)) || t_fail "the dashboard has $queries queries"
	! prometheus_has 'garpd_no_such_metric' || t_fail "any query has data"
}

# prometheus_start: node_exporter and Prometheus on the hypervisor, which read what metrics_file writes.
prometheus_start() {
	t_need prometheus promtool prometheus-node-exporter
	in_hv ip link set lo up
	mkdir -p "$LAB_DIR/textfile"
	printf '%s\n' 'global: {scrape_interval: 1s, evaluation_interval: 1s}' "rule_files: [$LAB_ROOT/dist/garpd.rules.yml]" \
		"scrape_configs: [{job_name: node, static_configs: [{targets: ['127.0.0.1:9100']}]}]" >"$LAB_DIR/prometheus.yml"
	lab_spawn "$LAB_DIR/exporter.log" in_ns_exec hv prometheus-node-exporter --web.listen-address=127.0.0.1:9100 \
		--collector.disable-defaults --collector.textfile --collector.textfile.directory="$LAB_DIR/textfile"
	lab_spawn "$LAB_DIR/prometheus.log" in_ns_exec hv prometheus --config.file="$LAB_DIR/prometheus.yml" \
		--storage.tsdb.path="$LAB_DIR/tsdb" --web.listen-address=127.0.0.1:9090
}

# From a failover to a query, through what is installed on a real host.
case_metrics_reach_prometheus() {
	lab_start_garpd -c "$(lab_config "gateways: [$ROUTER]")"
	prometheus_start
	metrics_file
	lab_wait 30 prometheus_has 'garpd_announcements_total{outcome="announced"} == 0' || t_fail "nothing before"
	lab_winguest new -k 60000 eth0 "$MAC_NEW" "$SERVICE"
	lab_await "$GARPD_LOG" 9 "$SERVICE: announced .*2 of 2" || t_fail "not announced"
	lab_wait 5 claim_is "$SERVICE" confirmations 1 || t_fail "not confirmed: $(lab_claims)"
	metrics_file
	lab_wait 30 prometheus_has 'garpd_claims{segment="br0",state="owned"} == 1' || t_fail "$(tail -n 5 "$LAB_DIR/prometheus.log")"
	prometheus_has 'garpd_announcements_total{outcome="announced"} > 0' || t_fail "no announcements"
	prometheus_has 'node_textfile_mtime_seconds{file=~".*/garpd.prom"}' || t_fail "no time of the file"
	assert_dashboard_has_data
	lab_kill9_garpd
	metrics_file
	lab_wait 30 prometheus_has 'ALERTS{alertname="GarpdDaemonDown"}' || t_fail "no alert"
}
