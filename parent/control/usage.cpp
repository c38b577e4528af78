// The text of --help. See command_line.h.
// SPDX-License-Identifier: Apache-2.0
#include "parent/control/command_line.h"

namespace holdfast {

std::string usage_text(std::string_view program) {
  std::string text = "Usage: " + std::string(program) + " [OPTION...]\n";
  text += R"(  -f, --use-file=FILE          Read this configuration (default /etc/keepalived/keepalived.conf)
  -P, --vrrp                   Only virtual routers
  -C, --check                  Only virtual servers and their checks
  -B, --no_bfd                 Without BFD
      --all                    Start every process, also without configuration for it
  -l, --log-console            Log to the console as well
  -D, --log-detail             Detailed log; twice for more
  -S, --log-facility=FACILITY  0-7, local0-local7, user, daemon ... (default daemon)
  -G, --no-syslog              No syslog
  -g, --log-file[=FILE]        Accepted, no effect
      --flush-log-file         Accepted, no effect
  -u, --umask=MASK             Accepted, no effect
  -X, --release-vips           Accepted: addresses are always released
  -V, --dont-release-vrrp      Leave addresses in place at exit
  -I, --dont-release-ipvs      Leave the IPVS table in place at exit
  -R, --dont-respawn           End when a process ends
  -n, --dont-fork              Stay in the foreground
  -d, --dump-conf              Log the configuration
  -p, --pid=FILE               pid file of the parent
  -r, --vrrp_pid=FILE          pid file of the VRRP process
  -c, --checkers_pid=FILE      pid file of the check process
  -b, --bfd_pid=FILE           pid file of the BFD process
  -T, --genhash                Accepted, no effect
  -a, --address-monitoring     Accepted, no effect
  -x, --snmp                   Accepted, no effect
  -A, --snmp-agent-socket=ADDR Accepted, no effect
  -s, --namespace=NAME         Run in this network namespace
  -m, --core-dump              Accepted, no effect
  -M, --core-dump-pattern[=P]  Accepted, no effect
  -e, --all-config             Every include has to be readable
  -i, --config-id=ID           Use lines marked @ID
  -t, --config-test[=FILE]     Check the configuration and end; messages go to FILE or stderr
      --signum=NAME            Print the number of STOP, RELOAD, DATA, STATS, STATS_CLEAR, JSON or TDUMP
      --ignore-sigint          Do not end on SIGINT
      --scripts=none|user|root Whether scripts run, and whether root's run as root (called keepalived: root)
      --config-dir=DIRECTORY   Files below it may be included though only root can read them
      --vrrp-resume-limit=N    How often a process may crash in a minute and be back at once, as it was (default 3)
      --stop-at-once           At the end withdraw addresses with the last advert, not when the next router is heard
      --dump=STAGE             Print the configuration as tree, model or plan
      --ask=QUESTION           Ask the running daemon: status, json, stats, data, explain INSTANCE, reload, stop
      --policy                 Print what each process may do
      --cleanup                Remove what a killed daemon left in the kernel
  -v, --version                Version and build options
  -h, --help                   This text
)";
  return text;
}

}  // namespace holdfast
