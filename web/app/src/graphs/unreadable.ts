/** Why a file cannot be read at all: a clause that follows the file's name. */
export class Unreadable extends Error {}
