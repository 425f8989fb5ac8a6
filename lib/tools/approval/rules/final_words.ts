/** What a word says that no other word undoes, wherever it stands in a name. */
const STRONG =
  /^(del|delete|deletes|deleteall|destroy|drop|dropall|purge|erase|wipe|nuke|obliterate|shred|zap|truncate|undefine|unregister|terminate|revoke|decommission|uninstall|unpublish|yank|expunge|deregister|sanitize|teardown|invalidate|remove|rm|deltree|(delete|destroy|erase|wipe|purge|remove)[a-z]+)$/;
/** The same of a whole word, or of one behind a colon. */
const WEAK =
  /^(prune|forget|flush\w*|format|mkfs|evict|rollback|fresh|wipefs|reformat|poweroff|reboot|shutdown|halt|killall|publish|deploy|undeploy|rmi|rb|rmr|clear|reset|empty|discard|overwrite|restore|disable|deactivate|detach|unlink|gc|expire|unmount|umount|revert|strip|unseal|seal|failover|stepdown|stop|down|kill|flash|burn|block|ban|suspend|release|push|upload|send|post|tweet|transfer|pay|charge|refund|withdraw|promote|apply|factory[-_]?reset|reset(-\w+)+|stopall|sleepnow|kill-server|garbage-collect|chip-erase|clearsnapshot)$/;
/** Of the same meaning as options of a program that is not known. */
const OPTION =
  /^--?(delete\S*|destroy\S*|purge\S*|erase\S*|wipe\S*|remove|remove-all\S*|rm|rmr|drop\S*|zap\S*|flush\S*|truncate\S*|force-delete|force-remove|force-reset|reset-all|factory-reset|security-erase\S*|zero-superblock|nuke|uninstall|unregister|hard|no-preserve-root|prune|stop|expire-all|expunge|clean-all|clear-all|terminate|revoke|empty-trash|shutdown|poweroff|reboot|secure-delete|shred|self-destruct|obliterate|discard|publish|accept-data-loss|auto-approve|yes-i-really\S*|i-am-sure|really\S*|write-flash|batch-delete|reset-offsets|strip|revert|remove-source-files|force-destroy|skipTrash|shrink|destructive)(=|$)|^\/(delete|del|purge|format|mir)$/i;
/** Programs that are named by what they do away with. */
const NAME =
  /(^|[-_.])(delete|del|erase|wipe|destroy|purge|remove|uninstall|sanitize|teardown|shred|zap|drop|revoke|unregister|undefine|terminate|cancel|kill|reset|clear|factory-reset|shutdown|poweroff|reboot)([-_.]|$)|(delete|erase|wipe|destroy|purge|uninstall|deltree|sanitize|teardown)\w*$|^del(user|group|part|tree|file|dir|vol)\w*$|^[a-z]{0,2}(del|kill|cancel|format|rm)$/;

/** Whether a word tells a program to do what is final. */
export function isFinalWord(word: string): boolean {
  const plain = word.toLowerCase();
  return isStrongWord(word) || WEAK.test(plain) || WEAK.test(plain.slice(plain.lastIndexOf(":") + 1));
}

/** Whether a word can hardly mean anything else: `delete`, `dropAll`, `vm.destroy`; not `delete.txt`. */
export function isStrongWord(word: string): boolean {
  if (!/^[\w:.@-]{1,60}$/.test(word)) return false;
  const parts = word.replace(/([a-z])([A-Z])/g, "$1-$2").toLowerCase().split(/[^a-z0-9]+/);
  return parts.some((part, index) =>
    STRONG.test(part) && (index === parts.length - 1 || !/\.\w{1,4}$/.test(word))
  );
}

/** Whether an option tells a program to do what is final. */
export function isFinalOption(word: string): boolean {
  return OPTION.test(word);
}

/** Whether a program is named by what it does away with. */
export function isFinalName(name: string): boolean {
  return NAME.test(name);
}
