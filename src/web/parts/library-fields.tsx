import { useState } from 'preact/hooks';
import { AreaField, Field, Group, SelectField, SwitchField } from './field';
import { linesOf, listOf, type LibraryDraft } from './library-draft';

interface FieldsProps {
  draft: LibraryDraft;
  change: (part: Partial<LibraryDraft>) => void;
}

type SwitchName = { [K in keyof LibraryDraft]: LibraryDraft[K] extends boolean ? K : never }[keyof LibraryDraft];
type ChoiceName = 'scanInterval' | 'seriesCover' | 'metadataMode';
type Switch = [name: SwitchName, label: string, hint?: string];

const kinds: Switch[] = [
  ['scanCbx', 'Archives', 'CBZ, CBR, CB7, CBT and the same by their other names.'],
  ['scanPdf', 'PDF'],
  ['scanEpub', 'EPUB'],
  ['scanImageFolders', 'Folders of pictures', 'A folder with nothing but pictures in it is a book.'],
];

const scanning: Switch[] = [
  ['watch', 'Notice changes as they happen', 'Where the system tells of them. Most network shares do not.'],
  ['scanOnStartup', 'Scan when the server starts'],
  ['scanForceModifiedTime', 'A series is as new as its newest book', 'By default it is as new as its folder.'],
];

const fromFiles: Switch[] = [
  ['importComicInfoBook', 'Books, from ComicInfo.xml'],
  ['importComicInfoSeries', 'Series, from ComicInfo.xml'],
  ['importComicInfoSeriesAppendVolume', 'The volume becomes part of the title of a series', '“Fox (2)” for volume 2.'],
  ['importComicInfoCollection', 'Collections, from the series groups of ComicInfo.xml'],
  ['importComicInfoReadList', 'Read lists, from the story arcs of ComicInfo.xml'],
  ['importEpubBook', 'Books, from EPUB files'],
  ['importEpubSeries', 'Series, from EPUB files'],
  ['importMylarSeries', 'Series, from Mylar’s series.json'],
  ['importLocalArtwork', 'Posters, from pictures beside the books', 'cover.jpg, or a picture named as its book.'],
  [
    'importBarcodeIsbn',
    'ISBN, from the barcode',
    'Looks at the first and last three pages of each book, up to a second a book.',
  ],
  ['parseNames', 'Numbers, years and titles, from names', 'Where the files themselves say nothing.'],
];

const books: Switch[] = [
  ['analyzeDimensions', 'Read the size of every page'],
  ['hashFiles', 'Fingerprint files', 'So that a book that is moved or renamed stays the same book.'],
  ['hashKoreader', 'Fingerprint files for KOReader', 'Needed to keep its place in step with KOReader.'],
  ['hashPages', 'Fingerprint first and last pages', 'To find pages that many books have in common.'],
];

const files: Switch[] = [
  ['repairExtensions', 'Rename files whose name says another format'],
  ['convertToCbz', 'Pack RAR archives as CBZ', 'The old file is removed when the new one is proved to be complete.'],
];

/** All options of a library, in groups. */
export function LibraryFields({ draft, change }: FieldsProps) {
  const props = { draft, change };
  return (
    <>
      <Group title="Scanning">
        <Choice {...props} name="scanInterval" label="Look through the whole folder" options={intervals} />
        <Switches {...props} switches={scanning} />
        <Exclusions {...props} />
        <Field
          label="One-shots"
          value={draft.oneshotsDirectory ?? ''}
          change={(text) => change({ oneshotsDirectory: text.trim() === '' ? null : text })}
          placeholder="_oneshots"
          spellcheck={false}
          hint="In folders whose path has this text in it every file is a series of its own."
        />
      </Group>
      <Group title="What is a book">
        <Switches {...props} switches={kinds} />
      </Group>
      <Group title="Metadata from files" hint="What a person has locked always stays.">
        <Switches {...props} switches={fromFiles} />
      </Group>
      <Group title="Metadata from MangaDex">
        <Choice {...props} name="metadataMode" label="MangaDex" options={modes} />
        <Switches {...props} switches={[['metadataCovers', 'Take covers over']]} />
      </Group>
      <Group title="Books">
        <Choice {...props} name="seriesCover" label="Cover of a series" options={covers} />
        <Switches {...props} switches={books} />
      </Group>
      <Group title="Changing files" hint="Everything else leaves your files as they are.">
        <Switches {...props} switches={files} />
      </Group>
      <Group title="Missing files" hint="Books whose files are gone stay in the trash, with what was read of them.">
        <VanishLimit {...props} />
        <Switches
          {...props}
          switches={[
            ['emptyTrashAfterScan', 'Empty the trash after each scan', 'What is missing is forgotten at once.'],
          ]}
        />
      </Group>
    </>
  );
}

const intervals: [string, string][] = [
  ['DISABLED', 'Only when asked'],
  ['HOURLY', 'Every hour'],
  ['EVERY_6H', 'Every 6 hours'],
  ['EVERY_12H', 'Every 12 hours'],
  ['DAILY', 'Every day'],
  ['WEEKLY', 'Every week'],
];

const covers: [string, string][] = [
  ['FIRST', 'First book'],
  ['FIRST_UNREAD_OR_FIRST', 'First unread book, else the first'],
  ['FIRST_UNREAD_OR_LAST', 'First unread book, else the last'],
  ['LAST', 'Last book'],
];

const modes: [string, string][] = [
  ['', 'As the server is configured'],
  ['auto', 'Fill in by itself'],
  ['review', 'Ask before anything is written'],
  ['off', 'Off'],
];

function Switches({ draft, change, switches }: FieldsProps & { switches: Switch[] }) {
  return (
    <div class="switches">
      {switches.map(([name, label, hint]) => (
        <SwitchField
          key={name}
          label={label}
          hint={hint}
          checked={draft[name]}
          change={(checked) => change({ [name]: checked })}
        />
      ))}
    </div>
  );
}

interface ChoiceProps extends FieldsProps {
  name: ChoiceName;
  label: string;
  options: [string, string][];
}

function Choice({ draft, change, name, label, options }: ChoiceProps) {
  return (
    <SelectField
      {...{ label, options }}
      value={draft[name] ?? ''}
      change={(value) => change({ [name]: value === '' ? null : value })}
    />
  );
}

/** The text is kept as it is typed: a line that is just begun is not tidied away. */
function Exclusions({ draft, change }: FieldsProps) {
  const [text, setText] = useState(linesOf(draft.scanDirectoryExclusions));
  return (
    <AreaField
      label="Folders to leave out"
      rows={4}
      spellcheck={false}
      value={text}
      change={(typed) => {
        setText(typed);
        change({ scanDirectoryExclusions: listOf(typed) });
      }}
      hint="One text a line. A folder whose path inside the library has it in it is not looked into."
    />
  );
}

const usualLimit = 50;

function VanishLimit({ draft, change }: FieldsProps) {
  const { vanishLimit } = draft;
  return (
    <>
      <SwitchField
        label="Ask before many books go to the trash"
        hint="When a disk is missing, a scan finds nothing where everything was."
        checked={vanishLimit !== null}
        change={(asks) => change({ vanishLimit: asks ? usualLimit : null })}
      />
      {vanishLimit !== null && (
        <Field
          label="Many are more than … percent of the library"
          type="number"
          min={0}
          max={100}
          required
          value={String(vanishLimit)}
          change={(text) => change({ vanishLimit: Math.min(100, Math.max(0, Math.round(Number(text)))) })}
        />
      )}
    </>
  );
}
