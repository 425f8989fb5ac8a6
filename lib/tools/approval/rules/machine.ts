import { wipesAny } from "../losses.ts";
import { STOPS, WIPES } from "../risk.ts";
import { always, each, first, type Rules, verbs, when } from "./rule.ts";

const CHANGES = "changes the system";
const DEVICE = "overwrites a device";
const USER = "runs with the rights of another user";
const SERVICES = "starts or stops services";
const PROCESSES = "ends processes that it did not start";
const LATER = "lets something run later";
const ACCOUNTS = "changes users and their rights";
const NETWORK = "changes the network or the firewall of the machine";
const WIDE = "changes the permissions of whole directories";
const OPENS = "opens files to every user, or lets a program run as another";
const STORAGE = "deletes or reformats storage";

const BLOCK = /^\/dev\/(?!null|zero|shm|std|fd|tty|loop)/;
const SERVICE_VERB =
  /^(start|stop|restart|reload-or-restart|try-restart|enable|disable|reenable|mask|unmask|kill|isolate|edit|revert|set-property|set-default|preset\S*|bootout|bootstrap|load|unload|kickstart|remove|delete|create|config|down|up|terminate|detach|attach|clean|snapshot|shutdown|quit|stopall|update|reread)$/;

/** What changes the machine for everybody, or ends it. */
export const MACHINE: Rules = {
  ...each(
    "mkfs newfs mke2fs mkfs.ext4 wipefs blkdiscard",
    when(WIPES, (args) => args.words.some((word) => BLOCK.test(word))),
  ),
  ...each(
    "multipath mpathconf iscsiadm lvchange vgchange lvrename vgrename reiserfstune ocs-sr partclone.restore ntfsresize ntfsclone xfs_admin e2label fatlabel mlabel btrfstune partx addpart delpart resizepart fdisk sfdisk cfdisk gdisk sgdisk parted mkswap badblocks hdparm sg_format nvme diskutil format tune2fs resize2fs e2fsck fsck xfs_repair xfs_growfs ntfsfix " +
      "dmsetup losetup cryptsetup veracrypt mdadm lvremove vgremove pvremove lvconvert thin_trim lvreduce lvresize vgreduce lvcreate pvcreate vgcreate lvm swapoff swapon flashrom fwupdmgr fastboot esptool esptool.py avrdude dfu-util " +
      "efibootmgr grub-install update-grub bootctl refind-install nvram",
    (args) =>
      args.has("l") ||
        args.hasWord(
          "list",
          "info",
          "print",
          "--list",
          "-l",
          "--examine",
          "--detail",
          "status",
          "luksDump",
          "id-ctrl",
          "smart-log",
          "chip_id",
          "flash_id",
          "get-devices",
        ) ||
        args.words.length === 0
        ? null
        : DEVICE,
  ),
  "qemu-img": when(
    STORAGE,
    (args) =>
      (args.verb === "snapshot" && args.has("da")) || (args.verb === "resize" && args.hasLong("shrink")) ||
      /^(rebase|commit)$/.test(args.verb),
  ),
  wsl: when(STORAGE, (args) => args.hasLong("unregister", "shutdown", "terminate", "uninstall")),
  ...each(
    "zfs zpool btrfs bcachefs lxc incus virsh vboxmanage prlctl vmrun multipass vagrant qm pct lvs-clear ceph rbd gluster stratis snapper timeshift tmutil vssadmin",
    first(
      verbs(
        STORAGE,
        /^(destroy|delete\w*|remove|rm|rollback|undefine|unregister\S*|purge|detach\S*|offline|labelclear|clear|stop|shutdown|reset|deletesnapshot|vol-delete|vol-wipe|pool-\S+|snapshot-delete|disable|wipe|prune|purge-\S*|trim|undochange|resize|export|eraseDisk|halt|restore|format)$/,
      ),
      when(
        STORAGE,
        (args, { name }) =>
          args.words.some((word) => /^--delete|^--remove-all|^--wipe/.test(word)) ||
          (name === "zfs" && /^(receive|recv)$/.test(args.verb) && args.has("F")) ||
          (name === "zpool" && args.verb === "import" && args.has("FX")),
      ),
    ),
  ),
  ...each(
    "sudo doas su nsenter pkexec runuser run0 gosu su-exec setpriv chpst setuidgid sg newgrp machinectl-shell systemd-run",
    (args, { name }) => {
      if (
        name === "sudo" && args.words.length > 0 &&
        args.words.every((word) => /^-[lvkKV]+$|^--(list|validate|version|help)$/.test(word))
      ) return null;
      if (
        name === "systemd-run" && args.has("u") === false && args.hasLong("user") &&
        !args.hasLong("on-calendar", "on-active", "timer-property")
      ) return null;
      return name === "systemd-run" ? LATER : USER;
    },
  ),
  ...each(
    "chmod chown chgrp setfacl chattr icacls takeown attrib",
    first(
      (args, invocation, scene) =>
        args.has("R") || args.hasLong("recursive")
          ? wipesAny(
            invocation.args.filter(({ text }) => text.startsWith("/") || text.startsWith("~")),
            invocation,
            scene,
          ) ?? WIDE
          : null,
      when(
        OPENS,
        (args) =>
          args.operands.some((word) =>
            /^0?[0-7]?[0-7]{2}[2367]$|^0?[2-7][0-7]{3}$|^[ug]*[oa][+=]\w*w|^[ugoa]*[+=]\w*s\b|^\+\w*w\w*s/
              .test(
                word,
              )
          ),
      ),
      (args, { name }) =>
        name === "chattr" || name === "takeown" || name === "icacls" ||
          (name === "setfacl" && args.operands.some((word) => /(o|other)::?\w*w|\bu:\w+:\w*w/.test(word)))
          ? OPENS
          : args.operands.some((word) => /^0?[0-7]?[0-7]?00[0-7]?$/.test(word) && /^0*$/.test(word))
          ? "takes files away from their owner"
          : args.operands.slice(1).some((word) => /^\/(etc|usr|bin|sbin|lib|boot|var)\b/.test(word))
          ? CHANGES
          : name !== "chmod" && /^(root|0)(:|$)/.test(args.verb)
          ? OPENS
          : null,
    ),
  ),
  setcap: always(OPENS),
  ...each(
    "shutdown reboot halt poweroff kexec stop-computer restart-computer",
    (args) => args.has("c") || args.hasLong("show") ? null : STOPS,
  ),
  ...each("init telinit", when(STOPS, (args) => /^[0156s]$/i.test(args.verb))),
  ...each(
    "systemctl loginctl service launchctl rc-service rc-update sv s6-rc s6-svc supervisorctl initctl chkconfig update-rc.d runit monit svcadm sc systemd-sysusers systemd-tmpfiles pm2-startup net machinectl nginx apachectl apache2ctl httpd uwsgi caddy haproxy forever pm2 gunicornctl",
    (args) =>
      args.operands.some((word) =>
          /^(poweroff|reboot|halt|kexec|emergency|rescue|suspend|hibernate|soft-reboot|poweroff\.target|reboot\.target)$/
            .test(word)
        )
        ? STOPS
        : args.operands.slice(0, 3).some((word) =>
            SERVICE_VERB.test(word) || /^(terminate|kill|lock|attach|flush)-/.test(word)
          ) || args.hasLong("clean", "remove", "del", "add", "stop")
        ? SERVICES
        : null,
  ),
  ...each(
    "dbus-send busctl gdbus qdbus ipmitool",
    (args) =>
      args.words.some((word) =>
          /\b(power ?-?(off|cycle|reset)|reboot|halt|shutdown)\b|^(off|cycle|soft)$/i.test(word)
        ) &&
        !args.hasWord("status")
        ? STOPS
        : args.words.some((word) =>
            /StopUnit|StartUnit|RestartUnit|DisableUnit|EnableUnit|KillUnit|^set-property$|^(clear|delete|set)$|\.Set$/i
              .test(word)
          )
        ? SERVICES
        : null,
  ),
  osascript: when(
    STOPS,
    (args) =>
      args.words.some((word) =>
        /shut ?down|restart|log ?out|empty (the )?trash/i.test(word) &&
        /System Events|Finder|loginwindow/.test(word)
      ),
  ),
  rtcwake: when(
    STOPS,
    (args) => /^(mem|disk|off|standby|freeze)$/.test(args.valueOf("-m", "--mode") ?? "mem"),
  ),
  ...each("pm-suspend pm-hibernate systemctl-suspend zzz", always("puts the machine to sleep")),
  kill: when(
    PROCESSES,
    (args, { takesMore }) =>
      takesMore || args.words.slice(1).some((word) => /^(-1|0|1)$/.test(word)) ||
      /^(-1|0)$/.test(args.words.join(" ")) ||
      args.words.some((word) => /[($`](pgrep|pidof|ps) /.test(word)),
  ),
  gpg: when(
    "deletes or gives away keys",
    (args) => args.words.some((word) => /^--(delete-|export-secret)/.test(word)),
  ),
  ...each(
    "pkill killall skill slay taskkill stop-process xkill killall5 fuser",
    (args, { name }) => name === "fuser" && !args.has("k") && !args.hasLong("kill") ? null : PROCESSES,
  ),
  ...each(
    "crontab at batch anacron atrm fcrontab schtasks launchd",
    (args, { name }) =>
      args.words.length > 0 && args.words.every((word) => /^-[lqV]+$|^-u$|^\w+$/.test(word)) && args.has("l")
        ? null
        : name === "atrm"
        ? "takes away what was to run later"
        : LATER,
  ),
  ...each(
    "useradd userdel usermod groupadd groupdel groupmod adduser deluser addgroup delgroup passwd chpasswd gpasswd chage chsh chfn vipw vigr visudo visudo-rs newusers pwconv dscl dseditgroup sysadminctl faillock pam-auth-update authconfig authselect realm sss_cache smbpasswd htpasswd kadmin kadmin.local ipa samba-tool edquota setquota",
    (args, { name }) =>
      (name === "passwd" && args.has("S")) || (name === "chage" && args.has("l")) ||
        (name === "visudo" && args.has("c")) || (name === "dscl" && args.hasWord("-read", "-list"))
        ? null
        : ACCOUNTS,
  ),
  ...each(
    "iptables ip6tables nft ufw firewall-cmd ebtables arptables ipset pfctl ipfw iptables-restore iptables-nft conntrack fail2ban-client csf shorewall",
    (args) =>
      args.has("LS") || args.hasWord("list", "status", "show", "-C", "-V") ||
        args.words.some((word) => /^--(list|get|query|state|info)/.test(word))
        ? null
        : NETWORK,
  ),
  ...each(
    "ip ifconfig route nmcli networkctl netplan tc ethtool iw iwconfig rfkill wg wg-quick openvpn tailscale zerotier-cli bridge brctl ovs-vsctl ifdown ifup dhclient resolvectl hostnamectl arp networksetup netsh scutil nmtui tcpkill arpspoof macchanger",
    (args, { name }) =>
      args.operands.some((word) =>
          /^(del\w*|delete|flush|down|add|set|change|replace|down|off|apply|disconnect|block|logout|del-br|del-port|modify|mod|set-hostname|static|revert|reset|unblock|up)$/
            .test(word)
        ) ||
        (name === "ifdown" || name === "ifup" || name === "dhclient" || name === "openvpn" ||
          name === "tcpkill" || name === "arpspoof" || name === "macchanger" ||
          (name === "ethtool" && args.has("sKGAE")) || (name === "wg-quick"))
        ? NETWORK
        : null,
  ),
  ...each(
    "mount umount pivot_root switch_root fusermount fusermount3 sshfs losetup kpartx automount exportfs cryptmount udisksctl",
    (args, { name }) =>
      args.words.length === 0 || args.has("lV") && name === "mount" ||
        args.hasWord("status", "info", "dump", "help")
        ? null
        : "mounts or unmounts file systems",
  ),
  ...each(
    "insmod rmmod modprobe depmod kmod dkms bpftool bpftrace setenforce semodule semanage setsebool restorecon aa-disable aa-complain aa-teardown apparmor_parser auditctl augenrules chcon csrutil spctl sestatus-set nvidia-smi cpupower tuned-adm powertop timedatectl hwclock localectl update-alternatives alternatives ldconfig update-ca-certificates trust certutil update-initramfs mkinitcpio dracut depmod sysusers reset-failed zramctl prlimit-set swaplabel systemd-cryptenroll mokutil sbctl tpm2_clear nsupdate rndc unbound-control",
    (args) =>
      args.has("lL") || args.words.length === 0 ||
        args.hasWord(
          "status",
          "show",
          "list",
          "info",
          "--display",
          "--list",
          "-p",
          "query",
          "--query",
          "timesync-status",
          "show-timesync",
          "list-timezones",
        )
        ? null
        : CHANGES,
  ),
  nvidia_smi: when(CHANGES, (args) => args.has("r") || args.hasLong("gpu-reset")),
  date: when(CHANGES, (args) => args.has("s") && !args.hasLong("date") || args.hasLong("set")),
  hostname: when(CHANGES, (args) => args.operands.length > 0),
  ...each("a2dissite a2dismod a2disconf a2ensite a2enmod a2enconf invoke-rc.d", always(SERVICES)),
  "start-stop-daemon": when(SERVICES, (args) => args.hasLong("stop") || args.has("K")),
  ...each(
    "nixos-rebuild home-manager darwin-rebuild bootc guix-system",
    when(
      CHANGES,
      (args) =>
        /^(switch|boot|test|reconfigure|rollback|upgrade|remove-generations|expire-generations)$/.test(
          args.verb,
        ) || args.hasLong("rollback"),
    ),
  ),
  ctrlaltdel: always(CHANGES),
  ...each(
    "lprm cancel ipcrm scancel qdel bkill condor_rm postsuper exim exim4 exiqgrep-delete",
    when(
      "takes away what waits in a queue",
      (args, { name }) =>
        /^exim/.test(name ?? "")
          ? args.words.some((word) => /^-M(rm|f|g|mad)$/.test(word))
          : name !== "postsuper" || args.has("dhr"),
    ),
  ),
  ...each("ldapdelete ldapmodify ldapadd ldappasswd ldapmodrdn", always(ACCOUNTS)),
  ...each(
    "chef-client puppet cfagent salt-minion",
    when(
      CHANGES,
      (args, { name }) =>
        name === "chef-client"
          ? !args.has("W") && !args.hasLong("why-run")
          : /^(agent|apply)$/.test(args.verb) && !args.hasLong("noop"),
    ),
  ),
  adb: when(
    "changes or erases a device",
    (args) =>
      args.operands.slice(0, 5).some((word) =>
        /^(uninstall|reboot|sideload|disable-verity|root|remount|emu|clear|wipe|format)$/.test(word)
      ),
  ),
  ...each("virt-sysprep virt-sparsify ntfswipe mdeltree mformat mdel sg_sanitize", always(STORAGE)),
  sysctl: when(
    CHANGES,
    (args) =>
      args.has("wp") || args.hasLong("write", "load", "system") ||
      args.operands.some((word) => word.includes("=")),
  ),
  ...each(
    "journalctl",
    when("deletes logs", (args) => args.words.some((word) => /^--(vacuum|rotate|flush)/.test(word))),
  ),
  ...each("dmesg", when("deletes logs", (args) => args.has("cC") || args.hasLong("clear", "read-clear"))),
  ...each(
    "logrotate savelog wevtutil",
    when("deletes logs", (args) => args.has("f") || args.hasLong("force") || args.hasWord("cl", "clear-log")),
  ),
  history: when("deletes what was typed before", (args) => args.has("cwd")),
  ...each(
    "apt apt-get aptitude dnf yum pacman brew snap zypper apk emerge port flatpak rpm dpkg xbps-remove pkg nix-env nix-collect-garbage nix-store portmaster pkgin pkg_delete guix choco winget scoop rpm-ostree opkg eopkg swupd slackpkg mas",
    (args, { name }) =>
      (args.has("s") && /^apt/.test(name ?? ""))
        ? null
        : args.operands.slice(0, 2).some((word) =>
            /^(remove|purge|autoremove|autopurge|erase|uninstall|full-upgrade|dist-upgrade|downgrade|del|deinstall|forget|disable|unmerge|cleanup|zap|gc|delete-generations|rollback|rebase|reset|rm)$/
              .test(word)
          ) ||
            args.words.some((word) =>
                /^-(R\w*|e|P|r|-purge|-remove|-erase|-delete\S*|-unmerge|C|-depclean|-nodeps)$/.test(word) &&
                !/^(brew|snap|flatpak)$/.test(name ?? "")
              ) && !args.hasWord("install", "info", "show", "search") ||
            name === "nix-collect-garbage" || name === "xbps-remove" || args.words.some((word) =>
              /^--(force-\w+|allow-unauthenticated|allow-downgrades|nogpgcheck|no-gpg-check\w*)$/.test(word)
            )
        ? "removes software"
        : null,
  ),
};
